using System.Runtime.CompilerServices;

namespace DeepSeekCompiler.Kernels.Formats;

/// <summary>8-bit floating point with 4 exponent and 3 fraction bits, the finite kind: no infinities, one NaN a sign, largest value 448.</summary>
public static class E4M3
{
    /// <summary>Largest finite value.</summary>
    public const float Max = 448f;

    /// <summary>The code of NaN without its sign bit.</summary>
    public const byte NaN = 0x7F;

    private const byte MaxCode = 0x7E;
    private const int FractionBits = 3;

    // Float32 has 23 fraction bits and bias 127; here there are 3, and the bias is 7.
    private const int Shift = 23 - FractionBits;
    private const uint ExponentOffset = (127 - 7) << FractionBits;
    private const uint SmallestNormal = 0x3C800000; // 2^-6

    // The float32 values at 2^14 lie 2^-9 apart, which is the distance of the subnormal numbers here.
    private const float SubnormalAnchor = 16384f;

    /// <summary>The nearest code, ties to even; beyond 448 (infinities too) it is 448; zero keeps its sign; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Encode(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var sign = (bits >> 24) & 0x80;
        bits &= 0x7FFFFFFF;
        if (bits > 0x7F800000)
        {
            return (byte)(sign | NaN);
        }

        uint code;
        if (bits < SmallestNormal)
        {
            var anchored = BitConverter.UInt32BitsToSingle(bits) + SubnormalAnchor;
            code = BitConverter.SingleToUInt32Bits(anchored) - BitConverter.SingleToUInt32Bits(SubnormalAnchor);
        }
        else
        {
            code = Math.Min(((bits + (1u << (Shift - 1)) - 1 + ((bits >> Shift) & 1)) >> Shift) - ExponentOffset, MaxCode);
        }

        return (byte)(sign | code);
    }

    /// <summary>The value of a code, exact; NaN for 0x7F and 0xFF.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Decode(byte code)
    {
        if ((code & 0x7F) == NaN)
        {
            return float.NaN;
        }

        // The bits moved into place are the value times 2^-120, also for subnormal codes; the product is exact.
        var scaled = ((uint)(code & 0x80) << 24) | ((uint)(code & 0x7F) << Shift);
        return BitConverter.UInt32BitsToSingle(scaled) * 1.329227995784916e36f;
    }
}
