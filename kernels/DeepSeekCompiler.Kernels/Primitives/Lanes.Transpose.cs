using System.Runtime.Intrinsics;

namespace DeepSeekCompiler.Kernels.Primitives;

// Blocks of rows, decoded and written across: target[column * targetStride + row] = source[row * sourceStride + column] * factor. A block has as many rows as a
// vector has lanes and as many columns as fill its words, so words are transposed whole and taken apart behind that, all of it in registers.
public static unsafe partial class Lanes
{
    /// <summary>16 rows of 16 float32 numbers.</summary>
    public static void Transpose_512(float* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across512<F32Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(float), (int*)target, targetStride, Vector512<float>.One);
        else Across512<F32Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(float), (int*)target, targetStride, Vector512.Create(factor));
    }

    /// <summary>16 rows of 32 BF16 numbers.</summary>
    public static void TransposeBF16_512(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across512<BF16Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector512<float>.One);
        else Across512<BF16Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector512.Create(factor));
    }

    /// <summary>16 rows of 32 F16 numbers.</summary>
    public static void TransposeF16_512(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across512<F16Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector512<float>.One);
        else Across512<F16Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector512.Create(factor));
    }

    /// <summary>16 rows of 64 E4M3 numbers.</summary>
    public static void TransposeE4M3_512(byte* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across512<E4M3Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(byte), (int*)target, targetStride, Vector512<float>.One);
        else Across512<E4M3Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(byte), (int*)target, targetStride, Vector512.Create(factor));
    }

    /// <summary>8 rows of 8 float32 numbers.</summary>
    public static void Transpose_256(float* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across256<F32Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(float), (int*)target, targetStride, Vector256<float>.One);
        else Across256<F32Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(float), (int*)target, targetStride, Vector256.Create(factor));
    }

    /// <summary>8 rows of 16 BF16 numbers.</summary>
    public static void TransposeBF16_256(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across256<BF16Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector256<float>.One);
        else Across256<BF16Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector256.Create(factor));
    }

    /// <summary>8 rows of 16 F16 numbers.</summary>
    public static void TransposeF16_256(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across256<F16Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector256<float>.One);
        else Across256<F16Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector256.Create(factor));
    }

    /// <summary>8 rows of 32 E4M3 numbers.</summary>
    public static void TransposeE4M3_256(byte* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across256<E4M3Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(byte), (int*)target, targetStride, Vector256<float>.One);
        else Across256<E4M3Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(byte), (int*)target, targetStride, Vector256.Create(factor));
    }

    /// <summary>4 rows of 4 float32 numbers.</summary>
    public static void Transpose_128(float* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across128<F32Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(float), (int*)target, targetStride, Vector128<float>.One);
        else Across128<F32Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(float), (int*)target, targetStride, Vector128.Create(factor));
    }

    /// <summary>4 rows of 8 BF16 numbers.</summary>
    public static void TransposeBF16_128(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across128<BF16Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector128<float>.One);
        else Across128<BF16Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector128.Create(factor));
    }

    /// <summary>4 rows of 8 F16 numbers.</summary>
    public static void TransposeF16_128(ushort* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across128<F16Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector128<float>.One);
        else Across128<F16Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(ushort), (int*)target, targetStride, Vector128.Create(factor));
    }

    /// <summary>4 rows of 16 E4M3 numbers.</summary>
    public static void TransposeE4M3_128(byte* source, int sourceStride, float* target, int targetStride, float factor = 1)
    {
        if (factor == 1) Across128<E4M3Words, Numbers<One>>((byte*)source, (nint)sourceStride * sizeof(byte), (int*)target, targetStride, Vector128<float>.One);
        else Across128<E4M3Words, Numbers<Factor>>((byte*)source, (nint)sourceStride * sizeof(byte), (int*)target, targetStride, Vector128.Create(factor));
    }
}
