using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

// The same, as whole numbers in pairs: target[column / 2 * targetStride + row] = the codes of columns column and column + 1 of a row, times the row's factor.
public static unsafe partial class Lanes
{
    /// <summary>16 rows of 32 BF16 numbers, with a factor each.</summary>
    public static void TransposeBF16Pairs_512(ushort* source, int sourceStride, int* target, int targetStride, Vector512<float> factor) =>
        Across512<BF16Words, Paired>((byte*)source, (nint)sourceStride * sizeof(ushort), target, targetStride, factor);

    /// <summary>16 rows of 32 F16 numbers, with a factor each.</summary>
    public static void TransposeF16Pairs_512(ushort* source, int sourceStride, int* target, int targetStride, Vector512<float> factor) =>
        Across512<F16Words, Paired>((byte*)source, (nint)sourceStride * sizeof(ushort), target, targetStride, factor);

    /// <summary>16 rows of 64 E4M3 numbers, with a factor each.</summary>
    public static void TransposeE4M3Pairs_512(byte* source, int sourceStride, int* target, int targetStride, Vector512<float> factor) =>
        Across512<E4M3Words, Paired>((byte*)source, (nint)sourceStride * sizeof(byte), target, targetStride, factor);

    /// <summary>8 rows of 16 BF16 numbers, with a factor each.</summary>
    public static void TransposeBF16Pairs_256(ushort* source, int sourceStride, int* target, int targetStride, Vector256<float> factor) =>
        Across256<BF16Words, Paired>((byte*)source, (nint)sourceStride * sizeof(ushort), target, targetStride, factor);

    /// <summary>8 rows of 16 F16 numbers, with a factor each.</summary>
    public static void TransposeF16Pairs_256(ushort* source, int sourceStride, int* target, int targetStride, Vector256<float> factor) =>
        Across256<F16Words, Paired>((byte*)source, (nint)sourceStride * sizeof(ushort), target, targetStride, factor);

    /// <summary>8 rows of 32 E4M3 numbers, with a factor each.</summary>
    public static void TransposeE4M3Pairs_256(byte* source, int sourceStride, int* target, int targetStride, Vector256<float> factor) =>
        Across256<E4M3Words, Paired>((byte*)source, (nint)sourceStride * sizeof(byte), target, targetStride, factor);

    /// <summary>4 rows of 8 BF16 numbers, with a factor each.</summary>
    public static void TransposeBF16Pairs_128(ushort* source, int sourceStride, int* target, int targetStride, Vector128<float> factor) =>
        Across128<BF16Words, Paired>((byte*)source, (nint)sourceStride * sizeof(ushort), target, targetStride, factor);

    /// <summary>4 rows of 8 F16 numbers, with a factor each.</summary>
    public static void TransposeF16Pairs_128(ushort* source, int sourceStride, int* target, int targetStride, Vector128<float> factor) =>
        Across128<F16Words, Paired>((byte*)source, (nint)sourceStride * sizeof(ushort), target, targetStride, factor);

    /// <summary>4 rows of 16 E4M3 numbers, with a factor each.</summary>
    public static void TransposeE4M3Pairs_128(byte* source, int sourceStride, int* target, int targetStride, Vector128<float> factor) =>
        Across128<E4M3Words, Paired>((byte*)source, (nint)sourceStride * sizeof(byte), target, targetStride, factor);
}
