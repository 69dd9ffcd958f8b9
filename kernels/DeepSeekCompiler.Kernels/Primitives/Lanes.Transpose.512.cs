using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSeekCompiler.Kernels.Primitives;

// Transposition of 16 by 16 words: a vector is put together of four rows a quarter at a time, so that half the work is the loads'.
public static unsafe partial class Lanes
{
    [SkipLocalsInit]
    private static void Across512<TWords, TColumns>(byte* source, nint stride, int* target, nint targetStride, Vector512<float> factor)
        where TWords : struct, IWords
        where TColumns : struct, IColumns
    {
        if (!Avx512F.IsSupported)
        {
            int* words = stackalloc int[256];
            Gather(source, stride, words, 16);
            for (int word = 0; word < 16; word++) TColumns.Write<TWords>(Vector512.Load(words + (16 * word)), word, target, targetStride, factor);
            return;
        }

        for (int quarter = 0; quarter < 16; quarter += 4)
        {
            byte* at = source + (quarter * sizeof(int));
            var (a, b) = (Quarters(at, stride), Quarters(at + stride, stride));
            var (c, d) = (Quarters(at + (2 * stride), stride), Quarters(at + (3 * stride), stride));
            var low0 = Avx512F.UnpackLow(a, b).AsInt64();
            var high0 = Avx512F.UnpackHigh(a, b).AsInt64();
            var low1 = Avx512F.UnpackLow(c, d).AsInt64();
            var high1 = Avx512F.UnpackHigh(c, d).AsInt64();
            TColumns.Write<TWords>(Avx512F.UnpackLow(low0, low1).AsInt32(), quarter, target, targetStride, factor);
            TColumns.Write<TWords>(Avx512F.UnpackHigh(low0, low1).AsInt32(), quarter + 1, target, targetStride, factor);
            TColumns.Write<TWords>(Avx512F.UnpackLow(high0, high1).AsInt32(), quarter + 2, target, targetStride, factor);
            TColumns.Write<TWords>(Avx512F.UnpackHigh(high0, high1).AsInt32(), quarter + 3, target, targetStride, factor);
        }
    }

    /// <summary>Four words each of rows 0, 4, 8 and 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Quarters(byte* row, nint stride)
    {
        var words = Vector128.Load((int*)row).ToVector256Unsafe().ToVector512Unsafe();
        words = Avx512F.InsertVector128(words, Vector128.Load((int*)(row + (4 * stride))), 1);
        words = Avx512F.InsertVector128(words, Vector128.Load((int*)(row + (8 * stride))), 2);
        return Avx512F.InsertVector128(words, Vector128.Load((int*)(row + (12 * stride))), 3);
    }
}
