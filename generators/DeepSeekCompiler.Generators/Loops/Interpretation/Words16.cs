using System;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Loops.Interpretation;

/// <summary>Words of two 16-bit numbers, as the interpreter keeps them.</summary>
internal static class Words16
{
    /// <summary>What <see cref="Expressions.Pair"/> makes; what is no number or too large becomes what a conversion of the processor and cutting to 16 bits leave of it.</summary>
    public static double Pair(double low, double high) => Join(Whole(low), Whole(high));

    /// <summary>What <see cref="Expressions.PairDot"/> makes.</summary>
    public static double Dot(double a, double b, double sum)
    {
        int x = (int)a, y = (int)b;
        long total = ((long)(short)x * (short)y) + ((long)(x >> 16) * (y >> 16)) + (long)sum;
        return total is >= int.MinValue and <= int.MaxValue ? total : throw new InterpretationException("a sum of whole numbers leaves 32 bits");
    }

    /// <summary>The bits of two narrow numbers side by side.</summary>
    public static double Bits(double low, double high, NumberFormat format) => Join(Code(low, format), Code(high, format));

    /// <summary>One of the narrow numbers of a word.</summary>
    public static double Number(double word, int side, NumberFormat format)
    {
        int code = ((int)word >> (16 * side)) & 0xFFFF, magnitude = code & 0x7FFF;
        double value = format == NumberFormat.BF16 ? Value(magnitude, 7, 127) : Value(magnitude, 10, 15);
        return code > 0x7FFF ? -value : value;
    }

    private static int Join(int low, int high) => (low & 0xFFFF) | (high << 16);

    private static int Whole(double value) => Math.Abs(value) < int.MaxValue ? (int)Math.Round(value) : int.MinValue;

    private static int Code(double value, NumberFormat format)
    {
        int code = format == NumberFormat.BF16 ? Code(Math.Abs(value), 7, 127) : Code(Math.Abs(value), 10, 15);
        return value < 0 ? code | 0x8000 : code;
    }

    // A fraction of some bits behind an exponent from a bias on; numbers with an exponent of 0 have no leading one.
    private static double Value(int code, int bits, int bias)
    {
        int exponent = code >> bits, fraction = code & ((1 << bits) - 1);
        return exponent == 0 ? fraction * Math.Pow(2, 1 - bias - bits) : (fraction + (1 << bits)) * Math.Pow(2, exponent - bias - bits);
    }

    private static int Code(double magnitude, int bits, int bias)
    {
        int exponent = magnitude == 0 ? 1 - bias : Math.Max(1 - bias, (int)Math.Floor(Math.Log(magnitude, 2)));
        int steps = (int)Math.Round(magnitude / Math.Pow(2, exponent - bits), MidpointRounding.ToEven);
        return ((exponent + bias - 1) << bits) + steps;
    }
}
