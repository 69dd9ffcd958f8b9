using System;

namespace DeepSeekCompiler.Generators.Loops.Interpretation;

/// <summary>Words of two 16-bit whole numbers, as the interpreter keeps them.</summary>
internal static class Words16
{
    /// <summary>What <see cref="Expressions.Pair"/> makes; what is no number or too large becomes what a conversion of the processor and cutting to 16 bits leave of it.</summary>
    public static double Pair(double low, double high) => (Whole(low) & 0xFFFF) | (Whole(high) << 16);

    /// <summary>What <see cref="Expressions.PairDot"/> makes.</summary>
    public static double Dot(double a, double b, double sum)
    {
        int x = (int)a, y = (int)b;
        long total = ((long)(short)x * (short)y) + ((long)(x >> 16) * (y >> 16)) + (long)sum;
        return total is >= int.MinValue and <= int.MaxValue ? total : throw new InterpretationException("a sum of whole numbers leaves 32 bits");
    }

    /// <summary>What <see cref="Expressions.PairNumber"/> makes.</summary>
    public static double Number(double word, bool high) => high ? (int)word >> 16 : (short)(int)word;

    /// <summary>What <see cref="Expressions.PairJoin"/> makes.</summary>
    public static double Join(double a, double b, bool high) => Join((int)Number(a, high), (int)Number(b, high));

    private static int Join(int low, int high) => (low & 0xFFFF) | (high << 16);

    private static int Whole(double value) => Math.Abs(value) < int.MaxValue ? (int)Math.Round(value) : int.MinValue;
}
