namespace DeepSeekCompiler.Kernels.Formats;

/// <summary>Weights as E4M3 codes with one float32 scale for 128x128 of them, as <c>weight_scale_inv</c> of published checkpoints.</summary>
public static class BlockQuantizer
{
    /// <summary>code = E4M3(value / scale), the division in float32; scale as <see cref="ScaleBlocks.ScaleOf"/>.</summary>
    /// <param name="values">[rows, columns], finite.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="codes">[rows, columns], written.</param>
    /// <param name="scales">[ceil(rows/128), ceil(columns/128)], written.</param>
    /// <exception cref="ArgumentException">A span has another length than its shape.</exception>
    public static void Quantize(ReadOnlySpan<float> values, int rows, int columns, Span<byte> codes, Span<float> scales)
    {
        Check(values.Length, codes.Length, scales.Length, rows, columns);
        var across = ScaleBlocks.Count(columns);
        for (var row = 0; row < rows; row += ScaleBlocks.Size)
        {
            var height = Math.Min(ScaleBlocks.Size, rows - row);
            var strip = values.Slice(row * columns, height * columns);
            var output = codes.Slice(row * columns, height * columns);
            for (var block = 0; block < across; block++)
            {
                var first = block * ScaleBlocks.Size;
                var width = Math.Min(ScaleBlocks.Size, columns - first);
                var amax = 0f;
                for (var r = 0; r < height; r++)
                {
                    amax = Math.Max(amax, RowQuantizer.LargestMagnitude(strip.Slice(r * columns + first, width)));
                }

                var scale = ScaleBlocks.ScaleOf(amax);
                scales[row / ScaleBlocks.Size * across + block] = scale;
                for (var r = 0; r < height; r++)
                {
                    RowQuantizer.Encode(strip.Slice(r * columns + first, width), scale, output.Slice(r * columns + first, width));
                }
            }
        }
    }

    /// <summary>value = E4M3(code) * scale, one float32 product.</summary>
    /// <param name="codes">[rows, columns].</param>
    /// <param name="scales">[ceil(rows/128), ceil(columns/128)].</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="columns">At least 1.</param>
    /// <param name="values">[rows, columns], written.</param>
    /// <exception cref="ArgumentException">A span has another length than its shape.</exception>
    public static void Dequantize(ReadOnlySpan<byte> codes, ReadOnlySpan<float> scales, int rows, int columns, Span<float> values)
    {
        Check(values.Length, codes.Length, scales.Length, rows, columns);
        var across = ScaleBlocks.Count(columns);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var scale = scales[row / ScaleBlocks.Size * across + column / ScaleBlocks.Size];
                values[row * columns + column] = E4M3.Decode(codes[row * columns + column]) * scale;
            }
        }
    }

    private static void Check(int values, int codes, int scales, int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        var expected = (long)ScaleBlocks.Count(rows) * ScaleBlocks.Count(columns);
        if (values != (long)rows * columns || codes != values || scales != expected)
        {
            throw new ArgumentException(
                $"A weight of {rows} x {columns} has {(long)rows * columns} values and codes and {expected} scales, not {values}, {codes} and {scales}.");
        }
    }
}
