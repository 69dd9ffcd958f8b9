using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Training.Tests.Precision;

/// <summary>A factor of a product as the declared numerics have it, by the plain quantisers: numbers, and the scale of every 128 along the summed axis.</summary>
/// <param name="Values">Along the summed axis.</param>
/// <param name="Scales">Of every 128 of them.</param>
internal sealed record RoundedFactor(float[] Values, float[] Scales)
{
    /// <summary>Numbers along the summed axis, in tiles of 128 of them.</summary>
    public static RoundedFactor Of(TrainingPrecision precision, IEnumerable<float> numbers)
    {
        float[] values = [.. numbers], scales = new float[ScaleBlocks.Count(values.Length)];
        if (precision != TrainingPrecision.Fp8)
        {
            Array.Fill(scales, 1f);
            return new([.. values.Select(v => precision == TrainingPrecision.Float32 ? v : BF16.Decode(BF16.Encode(v)))], scales);
        }

        var codes = new byte[values.Length];
        RowQuantizer.Quantize(values, codes, scales);
        return new([.. codes.Select(E4M3.Decode)], scales);
    }

    /// <summary>The rows and the columns of a weight, in blocks of 128x128.</summary>
    public static (RoundedFactor[] Rows, RoundedFactor[] Columns) Weight(TrainingPrecision precision, float[] weight, int rows, int columns)
    {
        int across = ScaleBlocks.Count(columns);
        float[] values, scales = new float[ScaleBlocks.Count(rows) * across];
        if (precision == TrainingPrecision.Fp8)
        {
            var codes = new byte[weight.Length];
            BlockQuantizer.Quantize(weight, rows, columns, codes, scales);
            values = [.. codes.Select(E4M3.Decode)];
        }
        else
        {
            values = Of(precision, weight).Values;
            Array.Fill(scales, 1f);
        }

        return ([.. Enumerable.Range(0, rows).Select(n => new RoundedFactor(values[(n * columns)..((n + 1) * columns)], scales[(n / 128 * across)..((n / 128 * across) + across)]))],
            [.. Enumerable.Range(0, columns).Select(k => new RoundedFactor([.. Enumerable.Range(0, rows).Select(n => values[(n * columns) + k])], [.. Enumerable.Range(0, ScaleBlocks.Count(rows)).Select(b => scales[(b * across) + (k / 128)])]))]);
    }

    /// <summary>The sum of products, block after block, and the sum of their magnitudes.</summary>
    public static (double Sum, double Size) Dot(RoundedFactor a, RoundedFactor b)
    {
        double sum = 0, size = 0;
        for (int block = 0; block < a.Scales.Length; block++)
        {
            double part = 0, magnitude = 0, scale = a.Scales[block] * b.Scales[block];
            for (int i = 128 * block; i < Math.Min(128 * (block + 1), a.Values.Length); i++)
            {
                double product = (double)a.Values[i] * b.Values[i];
                part += product;
                magnitude += Math.Abs(product);
            }

            sum += part * scale;
            size += magnitude * scale;
        }

        return (sum, size);
    }
}
