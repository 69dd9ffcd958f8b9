namespace DeepSeekCompiler.Kernels.Primitives;

/// <summary>Number formats and functions on vectors of 512, 256 and 128 bits: what generated host kernels call.</summary>
/// <remarks>The same bits as <see cref="Scalars"/> at every width. One file a width: overloads cannot share a body.</remarks>
public static unsafe partial class Lanes
{
    private const int SignBit = int.MinValue;
    /// <summary>The upper of two bfloat16 codes in a word.</summary>
    public const int UpperHalf = unchecked((int)0xFFFF0000);

    /// <summary>Sign and the seven other bits of an E4M3 code, at the top of a float's fraction and the bottom of its exponent.</summary>
    public const int E4M3Bits = unchecked((int)0x87F00000);

    /// <summary>The same in a bfloat16.</summary>
    public const short E4M3Half = unchecked((short)0x87F0);

    private const float E4M3MinNormal = 0.015625f; // 2^-6
    private const float E4M3Magic = 16384f; // floats there lie 2^-9 apart, as E4M3 values below 2^-6 do

    private const int F16Magnitude = 0x7FFF << 13;
    private const float F16Factor = 5.192296858534828e33f; // 2^112
    private const float F16MinNormal = 6.103515625e-05f; // 2^-14
    private const float F16Overflow = 65520f; // the tie between 65504 and what would come next

    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693359375f; // nine bits, so that its product with n is exact
    private const float Ln2Low = -2.12194440e-4f;
    private const float RoundMagic = 12582912f; // 1.5 * 2^23
    private const float ExpMin = -104f;
    private const float ExpMax = 89f;
}
