using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Hopper.Tests.Machine;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Hopper.Tests.Support;

/// <summary>Rows of float32 numbers of the simulated device, and what products make of them.</summary>
internal static class Activations
{
    public static ArrayView<float> Random(DeviceMemory memory, Random random, int count)
    {
        var values = new float[count];
        foreach (ref float value in values.AsSpan()) value = (float)((random.NextDouble() * 4) - 2);
        return memory.Of<float>(values);
    }

    public static unsafe double[] Row(this ArrayView<float> view, int row, int columns) => Array.ConvertAll(new Span<float>(view.Start + ((long)row * columns), columns).ToArray(), v => (double)v);

    /// <summary>A row as it meets the weights: quantised, or the sum of one or two bfloat16 terms.</summary>
    public static double[] Prepared(double[] row, NumberFormat weights, bool split) => weights == NumberFormat.E4M3 ? Plain.Quantize(row) : row.Select(v =>
    {
        float first = BF16.Decode(BF16.Encode((float)v));
        return split ? first + (double)BF16.Decode(BF16.Encode((float)v - first)) : first;
    }).ToArray();

    /// <summary>1 - 2 sum(xy) / sum(xx + yy).</summary>
    public static double Error(double[] expected, double[] got)
    {
        double product = 0, squares = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            product += expected[i] * got[i];
            squares += (expected[i] * expected[i]) + (got[i] * got[i]);
        }

        return squares == 0 ? 0 : double.IsFinite(squares) ? 1 - (2 * product / squares) : double.PositiveInfinity;
    }

    public static void Check(string what, ArrayView<float> got, int rows, Func<int, double[]> expected)
    {
        for (int t = 0; t < rows; t++)
        {
            var row = expected(t);
            double error = Error(row, got.Row(t, row.Length));
            Assert.True(error < Tolerances.Contraction, $"{what}, row {t}: relative error {error}");
        }
    }
}
