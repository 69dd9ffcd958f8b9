using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

// Transposition of 4 by 4 words, and of any block where there are no instructions for its vectors.
public static unsafe partial class Lanes
{
    [SkipLocalsInit]
    private static void Across128<TWords, TColumns>(byte* source, nint stride, int* target, nint targetStride, Vector128<float> factor)
        where TWords : struct, IWords
        where TColumns : struct, IColumns
    {
        int* words = stackalloc int[16];
        Gather(source, stride, words, 4);
        for (int word = 0; word < 4; word++) TColumns.Write<TWords>(Vector128.Load(words + (4 * word)), word, target, targetStride, factor);
    }

    private static void Gather(byte* source, nint stride, int* words, int count)
    {
        for (int row = 0; row < count; row++)
        {
            int* from = (int*)(source + (row * stride));
            for (int word = 0; word < count; word++) words[(word * count) + row] = from[word];
        }
    }
}
