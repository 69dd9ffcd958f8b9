using System;

namespace DeepSeekCompiler.Generators.Loops.Interpretation;

/// <summary>Rounding to narrow formats by the definition: the multiple of the format's step nearest to the value, ties to even.</summary>
public static class Rounding
{
    public static double E4M3(double x)
    {
        double magnitude = Math.Abs(x);
        if (magnitude >= 448) return Math.Sign(x) * 448;
        int exponent = magnitude < Math.Pow(2, -6) ? -6 : (int)Math.Floor(Math.Log(magnitude, 2));
        double step = Math.Pow(2, exponent - 3);
        return Math.Round(x / step, MidpointRounding.ToEven) * step;
    }

    public static double BF16(double x)
    {
        if (x == 0) return x;
        double step = Math.Pow(2, Math.Floor(Math.Log(Math.Abs(x), 2)) - 7);
        return Math.Round(x / step, MidpointRounding.ToEven) * step;
    }
}
