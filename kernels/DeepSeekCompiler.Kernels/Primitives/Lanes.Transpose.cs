using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DeepSeekCompiler.Kernels.Primitives;

// Blocks of rows, decoded and written across: target[column * targetStride + row] = source[row * sourceStride + column] * factor. A block has as many rows as a
// vector has lanes and as many columns as fill its words, so words are transposed whole and taken apart behind that.
public static unsafe partial class Lanes
{
    // Blocks are read 128 columns at a time from rows that are far apart, which no prefetcher of a processor follows: the same lines of the next block are
    // asked for while this one is multiplied.
    private const int Ahead = 128;

    /// <summary>16 rows of 16 float32 numbers.</summary>
    [SkipLocalsInit]
    public static void Transpose_512(float* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector512<int>* words = stackalloc Vector512<int>[16];
        Words512((byte*)source, (nint)sourceStride * sizeof(float), Ahead * sizeof(float), words);
        var scale = Vector512.Create(factor);
        for (int i = 0; i < 16; i++)
        {
            float* column = target + ((nint)i * 1 * targetStride);
            (words[i].AsSingle() * scale).Store(column);
        }
    }

    /// <summary>16 rows of 32 BF16 numbers.</summary>
    [SkipLocalsInit]
    public static void TransposeBF16_512(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector512<int>* words = stackalloc Vector512<int>[16];
        Words512((byte*)source, (nint)sourceStride * sizeof(ushort), Ahead * sizeof(ushort), words);
        var scale = Vector512.Create(factor);
        for (int i = 0; i < 16; i++)
        {
            float* column = target + ((nint)i * 2 * targetStride);
            (BF16Low(words[i]) * scale).Store(column);
            (BF16High(words[i]) * scale).Store(column + targetStride);
        }
    }

    /// <summary>16 rows of 32 F16 numbers.</summary>
    [SkipLocalsInit]
    public static void TransposeF16_512(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector512<int>* words = stackalloc Vector512<int>[16];
        Words512((byte*)source, (nint)sourceStride * sizeof(ushort), Ahead * sizeof(ushort), words);
        var scale = Vector512.Create(factor);
        for (int i = 0; i < 16; i++)
        {
            float* column = target + ((nint)i * 2 * targetStride);
            (F16Low(words[i]) * scale).Store(column);
            (F16High(words[i]) * scale).Store(column + targetStride);
        }
    }

    /// <summary>16 rows of 64 E4M3 numbers.</summary>
    [SkipLocalsInit]
    public static void TransposeE4M3_512(byte* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector512<int>* words = stackalloc Vector512<int>[16];
        Words512((byte*)source, (nint)sourceStride * sizeof(byte), Ahead * sizeof(byte), words);
        var scale = Vector512.Create(factor);
        for (int i = 0; i < 16; i++)
        {
            float* column = target + ((nint)i * 4 * targetStride);
            (E4M3Byte0(words[i]) * scale).Store(column);
            (E4M3Byte1(words[i]) * scale).Store(column + targetStride);
            (E4M3Byte2(words[i]) * scale).Store(column + (2 * targetStride));
            (E4M3Byte3(words[i]) * scale).Store(column + (3 * targetStride));
        }
    }

    /// <summary>8 rows of 8 float32 numbers.</summary>
    [SkipLocalsInit]
    public static void Transpose_256(float* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector256<int>* words = stackalloc Vector256<int>[8];
        Words256((byte*)source, (nint)sourceStride * sizeof(float), Ahead * sizeof(float), words);
        var scale = Vector256.Create(factor);
        for (int i = 0; i < 8; i++)
        {
            float* column = target + ((nint)i * 1 * targetStride);
            (words[i].AsSingle() * scale).Store(column);
        }
    }

    /// <summary>8 rows of 16 BF16 numbers.</summary>
    [SkipLocalsInit]
    public static void TransposeBF16_256(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector256<int>* words = stackalloc Vector256<int>[8];
        Words256((byte*)source, (nint)sourceStride * sizeof(ushort), Ahead * sizeof(ushort), words);
        var scale = Vector256.Create(factor);
        for (int i = 0; i < 8; i++)
        {
            float* column = target + ((nint)i * 2 * targetStride);
            (BF16Low(words[i]) * scale).Store(column);
            (BF16High(words[i]) * scale).Store(column + targetStride);
        }
    }

    /// <summary>8 rows of 16 F16 numbers.</summary>
    [SkipLocalsInit]
    public static void TransposeF16_256(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector256<int>* words = stackalloc Vector256<int>[8];
        Words256((byte*)source, (nint)sourceStride * sizeof(ushort), Ahead * sizeof(ushort), words);
        var scale = Vector256.Create(factor);
        for (int i = 0; i < 8; i++)
        {
            float* column = target + ((nint)i * 2 * targetStride);
            (F16Low(words[i]) * scale).Store(column);
            (F16High(words[i]) * scale).Store(column + targetStride);
        }
    }

    /// <summary>8 rows of 32 E4M3 numbers.</summary>
    [SkipLocalsInit]
    public static void TransposeE4M3_256(byte* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector256<int>* words = stackalloc Vector256<int>[8];
        Words256((byte*)source, (nint)sourceStride * sizeof(byte), Ahead * sizeof(byte), words);
        var scale = Vector256.Create(factor);
        for (int i = 0; i < 8; i++)
        {
            float* column = target + ((nint)i * 4 * targetStride);
            (E4M3Byte0(words[i]) * scale).Store(column);
            (E4M3Byte1(words[i]) * scale).Store(column + targetStride);
            (E4M3Byte2(words[i]) * scale).Store(column + (2 * targetStride));
            (E4M3Byte3(words[i]) * scale).Store(column + (3 * targetStride));
        }
    }

    /// <summary>4 rows of 4 float32 numbers.</summary>
    [SkipLocalsInit]
    public static void Transpose_128(float* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector128<int>* words = stackalloc Vector128<int>[4];
        Words128((byte*)source, (nint)sourceStride * sizeof(float), Ahead * sizeof(float), words);
        var scale = Vector128.Create(factor);
        for (int i = 0; i < 4; i++)
        {
            float* column = target + ((nint)i * 1 * targetStride);
            (words[i].AsSingle() * scale).Store(column);
        }
    }

    /// <summary>4 rows of 8 BF16 numbers.</summary>
    [SkipLocalsInit]
    public static void TransposeBF16_128(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector128<int>* words = stackalloc Vector128<int>[4];
        Words128((byte*)source, (nint)sourceStride * sizeof(ushort), Ahead * sizeof(ushort), words);
        var scale = Vector128.Create(factor);
        for (int i = 0; i < 4; i++)
        {
            float* column = target + ((nint)i * 2 * targetStride);
            (BF16Low(words[i]) * scale).Store(column);
            (BF16High(words[i]) * scale).Store(column + targetStride);
        }
    }

    /// <summary>4 rows of 8 F16 numbers.</summary>
    [SkipLocalsInit]
    public static void TransposeF16_128(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector128<int>* words = stackalloc Vector128<int>[4];
        Words128((byte*)source, (nint)sourceStride * sizeof(ushort), Ahead * sizeof(ushort), words);
        var scale = Vector128.Create(factor);
        for (int i = 0; i < 4; i++)
        {
            float* column = target + ((nint)i * 2 * targetStride);
            (F16Low(words[i]) * scale).Store(column);
            (F16High(words[i]) * scale).Store(column + targetStride);
        }
    }

    /// <summary>4 rows of 16 E4M3 numbers.</summary>
    [SkipLocalsInit]
    public static void TransposeE4M3_128(byte* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        Vector128<int>* words = stackalloc Vector128<int>[4];
        Words128((byte*)source, (nint)sourceStride * sizeof(byte), Ahead * sizeof(byte), words);
        var scale = Vector128.Create(factor);
        for (int i = 0; i < 4; i++)
        {
            float* column = target + ((nint)i * 4 * targetStride);
            (E4M3Byte0(words[i]) * scale).Store(column);
            (E4M3Byte1(words[i]) * scale).Store(column + targetStride);
            (E4M3Byte2(words[i]) * scale).Store(column + (2 * targetStride));
            (E4M3Byte3(words[i]) * scale).Store(column + (3 * targetStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Words512(byte* source, nint stride, nint ahead, Vector512<int>* words)
    {
        if (!Avx512F.IsSupported)
        {
            Gather(source, stride, (int*)words, 16);
            return;
        }

        // Four rows at a time: lane l of quarter[4 g + c] is column 4 l + c of rows 4 g to 4 g + 3.
        Vector512<int>* quarter = stackalloc Vector512<int>[16];
        for (int g = 0; g < 16; g += 4)
        {
            byte* row = source + (g * stride);
            Sse.Prefetch0(row + ahead);
            Sse.Prefetch0(row + stride + ahead);
            Sse.Prefetch0(row + (2 * stride) + ahead);
            Sse.Prefetch0(row + (3 * stride) + ahead);
            var r0 = Vector512.Load((int*)row);
            var r1 = Vector512.Load((int*)(row + stride));
            var r2 = Vector512.Load((int*)(row + (2 * stride)));
            var r3 = Vector512.Load((int*)(row + (3 * stride)));
            var low0 = Avx512F.UnpackLow(r0, r1).AsInt64();
            var high0 = Avx512F.UnpackHigh(r0, r1).AsInt64();
            var low1 = Avx512F.UnpackLow(r2, r3).AsInt64();
            var high1 = Avx512F.UnpackHigh(r2, r3).AsInt64();
            quarter[g] = Avx512F.UnpackLow(low0, low1).AsInt32();
            quarter[g + 1] = Avx512F.UnpackHigh(low0, low1).AsInt32();
            quarter[g + 2] = Avx512F.UnpackLow(high0, high1).AsInt32();
            quarter[g + 3] = Avx512F.UnpackHigh(high0, high1).AsInt32();
        }

        for (int c = 0; c < 4; c++)
        {
            var even0 = Avx512F.Shuffle4x128(quarter[c], quarter[4 + c], 0x88);
            var odd0 = Avx512F.Shuffle4x128(quarter[c], quarter[4 + c], 0xDD);
            var even1 = Avx512F.Shuffle4x128(quarter[8 + c], quarter[12 + c], 0x88);
            var odd1 = Avx512F.Shuffle4x128(quarter[8 + c], quarter[12 + c], 0xDD);
            words[c] = Avx512F.Shuffle4x128(even0, even1, 0x88);
            words[4 + c] = Avx512F.Shuffle4x128(odd0, odd1, 0x88);
            words[8 + c] = Avx512F.Shuffle4x128(even0, even1, 0xDD);
            words[12 + c] = Avx512F.Shuffle4x128(odd0, odd1, 0xDD);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Words256(byte* source, nint stride, nint ahead, Vector256<int>* words)
    {
        if (!Avx2.IsSupported)
        {
            Gather(source, stride, (int*)words, 8);
            return;
        }

        Vector256<int>* half = stackalloc Vector256<int>[8];
        for (int g = 0; g < 8; g += 4)
        {
            byte* row = source + (g * stride);
            Sse.Prefetch0(row + ahead);
            Sse.Prefetch0(row + stride + ahead);
            Sse.Prefetch0(row + (2 * stride) + ahead);
            Sse.Prefetch0(row + (3 * stride) + ahead);
            var r0 = Vector256.Load((int*)row);
            var r1 = Vector256.Load((int*)(row + stride));
            var r2 = Vector256.Load((int*)(row + (2 * stride)));
            var r3 = Vector256.Load((int*)(row + (3 * stride)));
            var low0 = Avx2.UnpackLow(r0, r1).AsInt64();
            var high0 = Avx2.UnpackHigh(r0, r1).AsInt64();
            var low1 = Avx2.UnpackLow(r2, r3).AsInt64();
            var high1 = Avx2.UnpackHigh(r2, r3).AsInt64();
            half[g] = Avx2.UnpackLow(low0, low1).AsInt32();
            half[g + 1] = Avx2.UnpackHigh(low0, low1).AsInt32();
            half[g + 2] = Avx2.UnpackLow(high0, high1).AsInt32();
            half[g + 3] = Avx2.UnpackHigh(high0, high1).AsInt32();
        }

        for (int c = 0; c < 4; c++)
        {
            words[c] = Avx2.Permute2x128(half[c], half[4 + c], 0x20);
            words[4 + c] = Avx2.Permute2x128(half[c], half[4 + c], 0x31);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Words128(byte* source, nint stride, nint _, Vector128<int>* words) => Gather(source, stride, (int*)words, 4);

    private static void Gather(byte* source, nint stride, int* words, int count)
    {
        for (int row = 0; row < count; row++)
        {
            int* from = (int*)(source + (row * stride));
            for (int word = 0; word < count; word++) words[(word * count) + row] = from[word];
        }
    }
}
