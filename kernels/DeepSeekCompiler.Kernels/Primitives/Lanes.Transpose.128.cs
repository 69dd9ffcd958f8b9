using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

// Transposition of 4 by 4 words, and of any block where there are no instructions for its vectors.
public static unsafe partial class Lanes
{
    [SkipLocalsInit]
    private static void Across128<TWords, TFactor>(byte* source, nint stride, float* target, nint targetStride, float factor)
        where TWords : struct, IWords
        where TFactor : struct, IFactor
    {
        int* words = stackalloc int[16];
        Gather(source, stride, words, 4);
        for (int word = 0; word < 4; word++) Columns<TWords, TFactor>(Vector128.Load(words + (4 * word)), word, target, targetStride, factor);
    }

    private static void Gather(byte* source, nint stride, int* words, int count)
    {
        for (int row = 0; row < count; row++)
        {
            int* from = (int*)(source + (row * stride));
            for (int word = 0; word < count; word++) words[(word * count) + row] = from[word];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns<TWords, TFactor>(Vector128<int> words, int word, float* target, nint stride, float factor)
        where TWords : struct, IWords
        where TFactor : struct, IFactor
    {
        float* column = target + (word * TWords.Numbers * stride);
        TFactor.Times(TWords.Number(words, 0), factor).Store(column);
        if (TWords.Numbers > 1) TFactor.Times(TWords.Number(words, 1), factor).Store(column + stride);
        if (TWords.Numbers > 2) TFactor.Times(TWords.Number(words, 2), factor).Store(column + (2 * stride));
        if (TWords.Numbers > 3) TFactor.Times(TWords.Number(words, 3), factor).Store(column + (3 * stride));
    }
}
