using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

// What a word holds, and what becomes of it: type arguments of the transpositions, so that every combination is code of its own.
public static unsafe partial class Lanes
{
    /// <summary>The numbers of a format in 32-bit words.</summary>
    private interface IWords
    {
        /// <summary>Numbers of a word.</summary>
        static abstract int Numbers { get; }

        /// <summary>One of the numbers of every word, counted from its low bits.</summary>
        static abstract Vector512<float> Number(Vector512<int> words, int at);

        /// <inheritdoc cref="Number(Vector512{int}, int)"/>
        static abstract Vector256<float> Number(Vector256<int> words, int at);

        /// <inheritdoc cref="Number(Vector512{int}, int)"/>
        static abstract Vector128<float> Number(Vector128<int> words, int at);
    }

    /// <summary>What numbers are multiplied with.</summary>
    private interface IFactor
    {
        static abstract Vector512<float> Times(Vector512<float> numbers, Vector512<float> factor);

        static abstract Vector256<float> Times(Vector256<float> numbers, Vector256<float> factor);

        static abstract Vector128<float> Times(Vector128<float> numbers, Vector128<float> factor);
    }

    /// <summary>What becomes of the numbers of transposed words.</summary>
    private interface IColumns
    {
        /// <summary>Writes the numbers of a vector of words below each other.</summary>
        static abstract void Write<TWords>(Vector512<int> words, int word, int* target, nint stride, Vector512<float> factor)
            where TWords : struct, IWords;

        /// <inheritdoc cref="Write{TWords}(Vector512{int}, int, int*, nint, Vector512{float})"/>
        static abstract void Write<TWords>(Vector256<int> words, int word, int* target, nint stride, Vector256<float> factor)
            where TWords : struct, IWords;

        /// <inheritdoc cref="Write{TWords}(Vector512{int}, int, int*, nint, Vector512{float})"/>
        static abstract void Write<TWords>(Vector128<int> words, int word, int* target, nint stride, Vector128<float> factor)
            where TWords : struct, IWords;
    }

    private readonly struct F32Words : IWords
    {
        public static int Numbers => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Number(Vector512<int> words, int at) => words.AsSingle();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Number(Vector256<int> words, int at) => words.AsSingle();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Number(Vector128<int> words, int at) => words.AsSingle();
    }

    private readonly struct BF16Words : IWords
    {
        public static int Numbers => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Number(Vector512<int> words, int at) => at == 0 ? BF16Low(words) : BF16High(words);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Number(Vector256<int> words, int at) => at == 0 ? BF16Low(words) : BF16High(words);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Number(Vector128<int> words, int at) => at == 0 ? BF16Low(words) : BF16High(words);
    }

    private readonly struct F16Words : IWords
    {
        public static int Numbers => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Number(Vector512<int> words, int at) => at == 0 ? F16Low(words) : F16High(words);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Number(Vector256<int> words, int at) => at == 0 ? F16Low(words) : F16High(words);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Number(Vector128<int> words, int at) => at == 0 ? F16Low(words) : F16High(words);
    }

    private readonly struct E4M3Words : IWords
    {
        public static int Numbers => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Number(Vector512<int> words, int at) => E4M3Byte3(words << (24 - (8 * at)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Number(Vector256<int> words, int at) => E4M3Byte3(words << (24 - (8 * at)));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Number(Vector128<int> words, int at) => E4M3Byte3(words << (24 - (8 * at)));
    }
}
