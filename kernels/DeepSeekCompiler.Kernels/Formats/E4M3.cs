using DeepSeekCompiler.Kernels.Primitives;

namespace DeepSeekCompiler.Kernels.Formats;

/// <summary>The finite E4M3 format (OCP 8-bit floating point): 1 sign, 4 exponent and 3 mantissa bits, max 448, NaN at 0x7F and 0xFF, no infinities.</summary>
public static class E4M3
{
    /// <summary>The value of a code.</summary>
    public static float Decode(byte code) => (code & 0x7F) == 0x7F ? float.NaN : Scalars.E4M3(code) * 1.329227995784916e36f;

    /// <summary>The code of the nearest value: ties to even, saturated at 448, the sign of zero kept; NaN becomes NaN.</summary>
    public static byte Encode(float value)
    {
        if (float.IsNaN(value)) return 0x7F;
        // Rounded exactly, the value times 2^-120 has its code in the bits where Decode looks for it.
        uint bits = BitConverter.SingleToUInt32Bits(Scalars.RoundE4M3(value) * 7.52316384526264e-37f);
        return (byte)(((bits >> 24) & 0x80) | ((bits >> 20) & 0x7F));
    }
}
