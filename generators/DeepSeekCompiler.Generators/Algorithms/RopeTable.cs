using System;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Rotation frequencies, with YaRN's interpolation where declared (Peng et al. 2023, section 3.2).</summary>
public static class RopeTable
{
    /// <summary>Frequency of every pair, rounded to float32 as published code does.</summary>
    public static float[] Frequencies(RopeSpec rope, int dim)
    {
        var result = new float[dim / 2];
        for (int i = 0; i < result.Length; i++)
        {
            double plain = 1 / Math.Pow(rope.Theta, 2.0 * i / dim);
            result[i] = (float)(rope.Yarn is { } yarn ? Interpolated(plain, i, yarn, rope.Theta, dim) : plain);
        }

        return result;
    }

    /// <summary>What cos and sin are multiplied with: m(mscale) / m(mscale_all_dim).</summary>
    public static double Scale(RopeSpec rope) => rope.Yarn is { } y ? Magnitude(y.Factor, y.Mscale) / Magnitude(y.Factor, y.MscaleAllDim) : 1;

    /// <summary>m(x) = 0.1 x ln(factor) + 1; 1 for factors up to 1.</summary>
    public static double Magnitude(double factor, double mscale) => factor <= 1 ? 1 : 0.1 * mscale * Math.Log(factor) + 1;

    private static double Interpolated(double plain, int i, YarnSpec yarn, double theta, int dim)
    {
        double low = Math.Max(Math.Floor(Correction(yarn.BetaFast, yarn, theta, dim)), 0);
        double high = Math.Min(Math.Ceiling(Correction(yarn.BetaSlow, yarn, theta, dim)), dim - 1);
        if (low == high) high += 0.001;
        double ramp = Math.Min(Math.Max((i - low) / (high - low), 0), 1);
        return plain / yarn.Factor * ramp + plain * (1 - ramp);
    }

    /// <summary>The pair that turns <paramref name="rotations"/> times over the original context.</summary>
    private static double Correction(double rotations, YarnSpec yarn, double theta, int dim) =>
        dim * Math.Log(yarn.OriginalMaxPositionEmbeddings / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
}
