using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cuda.Tests.Support;

/// <summary>Rows of float32 numbers of the simulated device, and what products make of them.</summary>
internal static class Vectors
{
    public static ArrayView<float> Random(DeviceMemory memory, Random random, int count)
    {
        var values = new float[count];
        foreach (ref float value in values.AsSpan()) value = (float)((random.NextDouble() * 4) - 2);
        return memory.Of<float>(values);
    }

    public static unsafe double[] Row(this ArrayView<float> view, int row, int columns) => Array.ConvertAll(new Span<float>(view.Start + ((long)row * columns), columns).ToArray(), v => (double)v);

    /// <summary>Whole numbers up to 7 in size, with a 7 in every block of 128 of a row: quantised with a scale of 2^-6 they are exact, and so are bfloat16 numbers.</summary>
    public static ArrayView<float> Whole(DeviceMemory memory, Random random, int rows, int columns)
    {
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++) values[i] = i % columns % 128 == 0 ? 7 : random.Next(-7, 8);
        return memory.Of<float>(values);
    }

    /// <summary>A row as it meets the weights: quantised, or the sum of one or two bfloat16 terms.</summary>
    public static double[] Prepared(double[] row, bool quantized, bool split) => quantized ? Plain.Quantize(row) : row.Select(v =>
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

    /// <summary>Every number the same: for whole numbers, whose sums float32 holds exactly in any order.</summary>
    public static void CheckExactly(string what, ArrayView<float> got, int rows, Func<int, double[]> expected)
    {
        for (int t = 0; t < rows; t++)
        {
            var row = expected(t);
            var other = got.Row(t, row.Length);
            for (int i = 0; i < row.Length; i++) Assert.True(row[i] == other[i], $"{what}, row {t}, number {i}: {other[i]} instead of {row[i]}");
        }
    }
}
