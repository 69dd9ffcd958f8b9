using System.Runtime.CompilerServices;

namespace DeepSeekCompiler.Kernels.Primitives;

/// <summary>Number formats, one value at a time; <see cref="Lanes"/> does the same to vectors, bit for bit.</summary>
public static class Scalars
{
    /// <summary>What an E4M3 value decoded by <see cref="E4M3"/> has yet to be multiplied by; kernels fold it into the block scale.</summary>
    public const float E4M3Factor = 1.329227995784916e36f; // 2^120

    /// <summary>Largest finite E4M3 value.</summary>
    public const float E4M3Max = 448f;

    /// <summary>Value of a bfloat16 code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float BF16(ushort code) => BitConverter.Int32BitsToSingle(code << 16);

    /// <summary>Value of a binary16 code, subnormal numbers included; infinities and NaN, which no weight has, decode as finite numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float F16(ushort code)
    {
        // The exponent counts from 2^-127 instead of 2^-15: 2^112 puts it right, exactly, for subnormal codes too.
        var magnitude = BitConverter.Int32BitsToSingle((code & 0x7FFF) << 13) * 5.192296858534828e33f;
        return BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(magnitude) | ((code & 0x8000) << 16));
    }

    /// <summary>Value of a finite E4M3 code times 2^-120, exact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float E4M3(byte code) => BitConverter.Int32BitsToSingle(((code & 0x80) << 24) | ((code & 0x7F) << 20));

    /// <summary>The nearest bfloat16 code, ties to even; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ToBF16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The nearest bfloat16 value, ties to even; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float RoundBF16(float value) => BF16(ToBF16(value));

    /// <summary>The nearest binary16 code, ties to even, infinity beyond 65504; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort ToF16(float value) => BitConverter.HalfToUInt16Bits((Half)value);

    /// <summary>The nearest E4M3 code, ties to even, at most 448; zero keeps its sign, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte ToE4M3(float value) => Formats.E4M3.Encode(value);

    /// <summary>The nearest E4M3 value, ties to even, at most 448; zero keeps its sign, NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float RoundE4M3(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var magnitude = bits & 0x7FFFFFFF;
        float rounded;
        if (magnitude < 0x3C800000)
        {
            // Below 2^-6 the values lie 2^-9 apart, which is the distance of floats at 2^14.
            rounded = BitConverter.UInt32BitsToSingle(magnitude) + 16384f - 16384f;
        }
        else if (magnitude > 0x7F800000)
        {
            return value;
        }
        else
        {
            // Three bits of the fraction stay.
            rounded = Math.Min(BitConverter.UInt32BitsToSingle((magnitude + 0x7FFFF + ((magnitude >> 20) & 1)) & ~0xFFFFFu), E4M3Max);
        }

        return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(rounded) | (bits & 0x80000000));
    }

    /// <summary>The whole numbers that are nearest to <paramref name="low"/> and <paramref name="high"/>, ties to even, as halves of a word; magnitudes are below 2^15.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Pair(float low, float high) => ((int)MathF.Round(low) & 0xFFFF) | ((int)MathF.Round(high) << 16);

    /// <summary>The lower halves of two words, <paramref name="a"/>'s in the lower.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LowHalves(int a, int b) => (a & 0xFFFF) | (b << 16);

    /// <summary>The higher halves of two words, <paramref name="a"/>'s in the lower.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int HighHalves(int a, int b) => (a >>> 16) | (b & ~0xFFFF);

    /// <summary>The products of the halves of two words, low with low and high with high, added to a sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PairDot(int a, int b, int sum = 0) => sum + ((short)a * (short)b) + ((a >> 16) * (b >> 16));

    /// <summary>The larger of a magnitude and that of a number; no number where either is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(float largest, float value) => Math.Max(largest, Math.Abs(value));
}
