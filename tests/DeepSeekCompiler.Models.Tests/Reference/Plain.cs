using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Models.Tests.Reference;

/// <summary>Operations as the formulas say, in double, without any thought of speed.</summary>
internal static class Plain
{
    /// <summary>y[n] = sum_k W[n, k] x[k].</summary>
    public static double[] Linear(double[] weight, double[] x)
    {
        var y = new double[weight.Length / x.Length];
        for (int n = 0; n < y.Length; n++)
        {
            double sum = 0;
            for (int k = 0; k < x.Length; k++) sum += weight[(n * x.Length) + k] * x[k];
            y[n] = sum;
        }

        return y;
    }

    public static double[] RmsNorm(double[] x, double[] weight, double eps)
    {
        double mean = x.Sum(v => v * v) / x.Length;
        return x.Select((v, i) => v / Math.Sqrt(mean + eps) * weight[i]).ToArray();
    }

    /// <summary>Rotates interleaved pairs; angles are float32, as in published code.</summary>
    public static void Rotate(Span<double> x, int position, float[] frequencies, double magnitude)
    {
        for (int i = 0; i < frequencies.Length; i++)
        {
            double angle = position * frequencies[i], cos = Math.Cos(angle) * magnitude, sin = Math.Sin(angle) * magnitude;
            (x[2 * i], x[(2 * i) + 1]) = ((x[2 * i] * cos) - (x[(2 * i) + 1] * sin), (x[2 * i] * sin) + (x[(2 * i) + 1] * cos));
        }
    }

    public static double[] Softmax(IReadOnlyList<double> x)
    {
        double most = x.Max();
        var e = x.Select(v => Math.Exp(v - most)).ToArray();
        double sum = e.Sum();
        return e.Select(v => v / sum).ToArray();
    }

    public static double Silu(double x) => x / (1 + Math.Exp(-x));

    /// <summary>Activation quantisation of policy full: 128 at a time, scale amax / 448 in float32.</summary>
    public static double[] Quantize(double[] x)
    {
        var y = new double[x.Length];
        for (int at = 0; at < x.Length; at += 128)
        {
            int end = Math.Min(at + 128, x.Length);
            float most = 0;
            for (int i = at; i < end; i++) most = Math.Max(most, Math.Abs((float)x[i]));
            float scale = most == 0 ? 1 : most / 448f;
            for (int i = at; i < end; i++) y[i] = (double)E4M3.Decode(E4M3.Encode((float)x[i] / scale)) * scale;
        }

        return y;
    }
}
