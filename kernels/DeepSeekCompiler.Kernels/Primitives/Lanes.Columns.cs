using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

// Numbers as they are, times a factor, or times one as whole numbers in pairs.
public static unsafe partial class Lanes
{
    private readonly struct Plain : IColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector512<int> words, int word, int* target, nint stride, Vector512<float> factor)
            where TWords : struct, IWords
        {
            float* column = (float*)target + (word * TWords.Numbers * stride);
            TWords.Number(words, 0).Store(column);
            if (TWords.Numbers > 1) TWords.Number(words, 1).Store(column + stride);
            if (TWords.Numbers > 2) TWords.Number(words, 2).Store(column + (2 * stride));
            if (TWords.Numbers > 3) TWords.Number(words, 3).Store(column + (3 * stride));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector256<int> words, int word, int* target, nint stride, Vector256<float> factor)
            where TWords : struct, IWords
        {
            float* column = (float*)target + (word * TWords.Numbers * stride);
            TWords.Number(words, 0).Store(column);
            if (TWords.Numbers > 1) TWords.Number(words, 1).Store(column + stride);
            if (TWords.Numbers > 2) TWords.Number(words, 2).Store(column + (2 * stride));
            if (TWords.Numbers > 3) TWords.Number(words, 3).Store(column + (3 * stride));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector128<int> words, int word, int* target, nint stride, Vector128<float> factor)
            where TWords : struct, IWords
        {
            float* column = (float*)target + (word * TWords.Numbers * stride);
            TWords.Number(words, 0).Store(column);
            if (TWords.Numbers > 1) TWords.Number(words, 1).Store(column + stride);
            if (TWords.Numbers > 2) TWords.Number(words, 2).Store(column + (2 * stride));
            if (TWords.Numbers > 3) TWords.Number(words, 3).Store(column + (3 * stride));
        }
    }

    private readonly struct Scaled : IColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector512<int> words, int word, int* target, nint stride, Vector512<float> factor)
            where TWords : struct, IWords
        {
            float* column = (float*)target + (word * TWords.Numbers * stride);
            (TWords.Number(words, 0) * factor).Store(column);
            if (TWords.Numbers > 1) (TWords.Number(words, 1) * factor).Store(column + stride);
            if (TWords.Numbers > 2) (TWords.Number(words, 2) * factor).Store(column + (2 * stride));
            if (TWords.Numbers > 3) (TWords.Number(words, 3) * factor).Store(column + (3 * stride));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector256<int> words, int word, int* target, nint stride, Vector256<float> factor)
            where TWords : struct, IWords
        {
            float* column = (float*)target + (word * TWords.Numbers * stride);
            (TWords.Number(words, 0) * factor).Store(column);
            if (TWords.Numbers > 1) (TWords.Number(words, 1) * factor).Store(column + stride);
            if (TWords.Numbers > 2) (TWords.Number(words, 2) * factor).Store(column + (2 * stride));
            if (TWords.Numbers > 3) (TWords.Number(words, 3) * factor).Store(column + (3 * stride));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write<TWords>(Vector128<int> words, int word, int* target, nint stride, Vector128<float> factor)
            where TWords : struct, IWords
        {
            float* column = (float*)target + (word * TWords.Numbers * stride);
            (TWords.Number(words, 0) * factor).Store(column);
            if (TWords.Numbers > 1) (TWords.Number(words, 1) * factor).Store(column + stride);
            if (TWords.Numbers > 2) (TWords.Number(words, 2) * factor).Store(column + (2 * stride));
            if (TWords.Numbers > 3) (TWords.Number(words, 3) * factor).Store(column + (3 * stride));
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
}
