using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

// What becomes of transposed words: numbers, as they are or times a factor, or whole numbers in pairs.
public static unsafe partial class Lanes
{
    private readonly struct Numbers<TFactor> : IColumns
        where TFactor : struct, IFactor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector512<int> words, int word, int* target, nint stride, Vector512<float> factor)
            where TWords : struct, IWords
        {
            float* column = (float*)target + (word * TWords.Numbers * stride);
            TFactor.Times(TWords.Number(words, 0), factor).Store(column);
            if (TWords.Numbers > 1) TFactor.Times(TWords.Number(words, 1), factor).Store(column + stride);
            if (TWords.Numbers > 2) TFactor.Times(TWords.Number(words, 2), factor).Store(column + (2 * stride));
            if (TWords.Numbers > 3) TFactor.Times(TWords.Number(words, 3), factor).Store(column + (3 * stride));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector256<int> words, int word, int* target, nint stride, Vector256<float> factor)
            where TWords : struct, IWords
        {
            float* column = (float*)target + (word * TWords.Numbers * stride);
            TFactor.Times(TWords.Number(words, 0), factor).Store(column);
            if (TWords.Numbers > 1) TFactor.Times(TWords.Number(words, 1), factor).Store(column + stride);
            if (TWords.Numbers > 2) TFactor.Times(TWords.Number(words, 2), factor).Store(column + (2 * stride));
            if (TWords.Numbers > 3) TFactor.Times(TWords.Number(words, 3), factor).Store(column + (3 * stride));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector128<int> words, int word, int* target, nint stride, Vector128<float> factor)
            where TWords : struct, IWords
        {
            float* column = (float*)target + (word * TWords.Numbers * stride);
            TFactor.Times(TWords.Number(words, 0), factor).Store(column);
            if (TWords.Numbers > 1) TFactor.Times(TWords.Number(words, 1), factor).Store(column + stride);
            if (TWords.Numbers > 2) TFactor.Times(TWords.Number(words, 2), factor).Store(column + (2 * stride));
            if (TWords.Numbers > 3) TFactor.Times(TWords.Number(words, 3), factor).Store(column + (3 * stride));
        }
    }

    private readonly struct Paired : IColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector512<int> words, int word, int* target, nint stride, Vector512<float> factor)
            where TWords : struct, IWords
        {
            int* column = target + (word * (TWords.Numbers / 2) * stride);
            Pair(TWords.Number(words, 0), TWords.Number(words, 1), factor).Store(column);
            if (TWords.Numbers > 2) Pair(TWords.Number(words, 2), TWords.Number(words, 3), factor).Store(column + stride);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector256<int> words, int word, int* target, nint stride, Vector256<float> factor)
            where TWords : struct, IWords
        {
            int* column = target + (word * (TWords.Numbers / 2) * stride);
            Pair(TWords.Number(words, 0), TWords.Number(words, 1), factor).Store(column);
            if (TWords.Numbers > 2) Pair(TWords.Number(words, 2), TWords.Number(words, 3), factor).Store(column + stride);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector128<int> words, int word, int* target, nint stride, Vector128<float> factor)
            where TWords : struct, IWords
        {
            int* column = target + (word * (TWords.Numbers / 2) * stride);
            Pair(TWords.Number(words, 0), TWords.Number(words, 1), factor).Store(column);
            if (TWords.Numbers > 2) Pair(TWords.Number(words, 2), TWords.Number(words, 3), factor).Store(column + stride);
        }
    }

    private readonly struct One : IFactor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Times(Vector512<float> numbers, Vector512<float> factor) => numbers;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Times(Vector256<float> numbers, Vector256<float> factor) => numbers;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Times(Vector128<float> numbers, Vector128<float> factor) => numbers;
    }

    private readonly struct Factor : IFactor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Times(Vector512<float> numbers, Vector512<float> factor) => numbers * factor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<float> Times(Vector256<float> numbers, Vector256<float> factor) => numbers * factor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<float> Times(Vector128<float> numbers, Vector128<float> factor) => numbers * factor;
    }
}
