namespace DeepSeekCompiler.Kernels.Formats;

/// <summary>Activations as E4M3 codes with one float32 scale for 128 columns of a row, counted from column 0.</summary>
public static class RowQuantizer
{
    /// <summary>code = E4M3(value / scale), the division in float32; scale as <see cref="ScaleBlocks.ScaleOf"/>.</summary>
    /// <param name="row">[columns], finite.</param>
    /// <param name="codes">[columns], written.</param>
    /// <param name="scales">[ceil(columns/128)], written.</param>
    /// <exception cref="ArgumentException">A span has another length than that.</exception>
    public static void Quantize(ReadOnlySpan<float> row, Span<byte> codes, Span<float> scales)
    {
        if (codes.Length != row.Length || scales.Length != ScaleBlocks.Count(row.Length))
        {
            throw new ArgumentException(
                $"A row of {row.Length} values has as many codes and {ScaleBlocks.Count(row.Length)} scales, not {codes.Length} and {scales.Length}.");
        }

        for (var group = 0; group < scales.Length; group++)
        {
            var first = group * ScaleBlocks.Size;
            var values = row.Slice(first, Math.Min(ScaleBlocks.Size, row.Length - first));
            scales[group] = ScaleBlocks.ScaleOf(LargestMagnitude(values));
            Encode(values, scales[group], codes.Slice(first, values.Length));
        }
    }

    internal static float LargestMagnitude(ReadOnlySpan<float> values)
    {
        var amax = 0f;
        foreach (var value in values)
        {
            amax = Math.Max(amax, Math.Abs(value));
        }

        return amax;
    }

    internal static void Encode(ReadOnlySpan<float> values, float scale, Span<byte> codes)
    {
        for (var i = 0; i < values.Length; i++)
        {
            codes[i] = E4M3.Encode(values[i] / scale);
        }
    }
}
