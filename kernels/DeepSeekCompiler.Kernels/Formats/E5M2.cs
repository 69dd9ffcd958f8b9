using System.Runtime.CompilerServices;

namespace DeepSeekCompiler.Kernels.Formats;

/// <summary>8-bit floating point with 5 exponent and 2 fraction bits: the upper half of binary16, largest finite value 57344.</summary>
public static class E5M2
{
    /// <summary>Largest finite value.</summary>
    public const float Max = 57344f;

    private const byte MaxCode = 0x7B;
    private const byte Infinity = 0x7C;
    private const byte NaN = 0x7E;
    private const int FractionBits = 2;

    // Float32 has 23 fraction bits and bias 127; here there are 2, and the bias is 15.
    private const int Shift = 23 - FractionBits;
    private const uint ExponentOffset = (127 - 15) << FractionBits;
    private const uint SmallestNormal = 0x38800000; // 2^-14

    // The float32 values at 2^7 lie 2^-16 apart, which is the distance of the subnormal numbers here.
    private const float SubnormalAnchor = 128f;

    /// <summary>The nearest code, ties to even; finite values beyond 57344 become 57344; infinities, NaN and the sign of zero stay.</summary>
    public static byte Encode(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var sign = (bits >> 24) & 0x80;
        bits &= 0x7FFFFFFF;
        if (bits >= 0x7F800000)
        {
            return (byte)(sign | (bits > 0x7F800000 ? NaN : Infinity));
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

    /// <summary>The value of a code, exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Decode(byte code) => F16.Decode((ushort)(code << 8));
}
