using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSeekCompiler.Kernels.Primitives;

// Transposition of 8 by 8 words: a vector is put together of two rows a half at a time, so that half the work is the loads'.
public static unsafe partial class Lanes
{
    [SkipLocalsInit]
    private static void Across256<TWords, TColumns>(byte* source, nint stride, int* target, nint targetStride, Vector256<float> factor)
        where TWords : struct, IWords
        where TColumns : struct, IColumns
    {
        if (!Avx2.IsSupported)
        {
            int* words = stackalloc int[64];
            Gather(source, stride, words, 8);
            for (int word = 0; word < 8; word++) TColumns.Write<TWords>(Vector256.Load(words + (8 * word)), word, target, targetStride, factor);
            return;
        }

        for (int half = 0; half < 8; half += 4)
        {
            byte* at = source + (half * sizeof(int));
            var (a, b) = (Halves(at, stride), Halves(at + stride, stride));
            var (c, d) = (Halves(at + (2 * stride), stride), Halves(at + (3 * stride), stride));
            var low0 = Avx2.UnpackLow(a, b).AsInt64();
            var high0 = Avx2.UnpackHigh(a, b).AsInt64();
            var low1 = Avx2.UnpackLow(c, d).AsInt64();
            var high1 = Avx2.UnpackHigh(c, d).AsInt64();
            TColumns.Write<TWords>(Avx2.UnpackLow(low0, low1).AsInt32(), half, target, targetStride, factor);
            TColumns.Write<TWords>(Avx2.UnpackHigh(low0, low1).AsInt32(), half + 1, target, targetStride, factor);
            TColumns.Write<TWords>(Avx2.UnpackLow(high0, high1).AsInt32(), half + 2, target, targetStride, factor);
            TColumns.Write<TWords>(Avx2.UnpackHigh(high0, high1).AsInt32(), half + 3, target, targetStride, factor);
        }
    }

    /// <summary>Four words each of rows 0 and 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Halves(byte* row, nint stride) =>
        Avx2.InsertVector128(Vector128.Load((int*)row).ToVector256Unsafe(), Vector128.Load((int*)(row + (4 * stride))), 1);
}
