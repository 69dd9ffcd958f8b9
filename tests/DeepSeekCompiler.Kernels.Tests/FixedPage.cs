using DeepSeekCompiler.Generators.Algorithms;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Pages of an I16 cache: words of two numbers, half a part of the row apart, and behind the words of all rows the scales of latent and rope key.</summary>
internal static class FixedPage
{
    /// <summary>A page from a row on. Rows behind the last have words and scales that nobody may read.</summary>
    public static INativeMemory Of(double[] rows, int first, int latent, int width)
    {
        const int tokens = Limits.PageTokens;
        int words = width / 2;
        var page = new int[(tokens * words) + (tokens * 2)];
        Array.Fill(page, 0x7FFF7FFF);
        for (int t = 0; t < tokens && (first + t + 1) * width <= rows.Length; t++)
        {
            var row = rows.AsSpan((first + t) * width, width);
            foreach (var (from, count, which) in new[] { (0, latent, 0), (latent, width - latent, 1) })
            {
                double most = 0;
                for (int i = 0; i < count; i++) most = Math.Max(most, Math.Abs(row[from + i]));
                float scale = (float)(most / 3584);
                for (int i = 0; i < count / 2; i++)
                    page[(t * words) + (from / 2) + i] = ((int)Math.Round(row[from + i] / scale) & 0xFFFF) | ((int)Math.Round(row[from + (count / 2) + i] / scale) << 16);
                page[(tokens * words) + (t * 2) + which] = BitConverter.SingleToInt32Bits(scale);
            }
        }

        return NativeArray<int>.Of(page);
    }
}
