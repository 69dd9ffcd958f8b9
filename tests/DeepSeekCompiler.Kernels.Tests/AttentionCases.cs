using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Decode and prefill attention of one layer against the formulas in double, on random inputs, ragged chunks and contexts.</summary>
internal static class AttentionCases
{
    // What rows of the last page behind the context hold: nobody may read them.
    private const ushort NotANumber = 0x7FC0;

    /// <summary>Heads, width without rope, rope width, latent rank, width of a value, format of the cache.</summary>
    public static TheoryData<int, int, int, int, int, NumberFormat> Shapes => new()
    {
        { 3, 16, 8, 40, 24, NumberFormat.F32 }, { 3, 16, 8, 40, 24, NumberFormat.BF16 }, { 37, 24, 16, 144, 40, NumberFormat.BF16 }, { 2, 192, 64, 32, 256, NumberFormat.BF16 },
        // Heads as wide as DeepSeek-V3's, for which warpgroups have instructions.
        { 2, 128, 64, 48, 128, NumberFormat.BF16 },
    };

    public static ModelSpec Spec(int heads, int nope, int rope, int latent, int value, NumberFormat cache, NumberFormat weights = NumberFormat.BF16)
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        return spec with
        {
            Formats = new FormatSpec { Linear = weights, Other = NumberFormat.BF16, Cache = cache },
            Attention = (LatentAttentionSpec)spec.Attention with { NumAttentionHeads = heads, QkNopeHeadDim = nope, QkRopeHeadDim = rope, KvLoraRank = latent, VHeadDim = value },
        };
    }

    /// <summary>One token, a few of them, and chunks that end within a page and behind several.</summary>
    public static void Check(KernelTarget target, int heads, int nope, int rope, int latent, int value, NumberFormat cache, double tolerance, NumberFormat weights = NumberFormat.BF16)
    {
        var spec = Spec(heads, nope, rope, latent, value, cache, weights);
        var (shape, attention) = (AttentionShape.Of(spec.Attention, spec.Rope, cache), (LatentAttentionSpec)spec.Attention);
        var random = new Random(heads);
        using var up = new TestWeight(random, weights, heads * (nope + value), latent);
        foreach (var (tokens, position) in new[] { (1, 0), (3, 126), (5, 60), (70, 150) })
        {
            using var q = new NativeArrayOfFloat(tokens * heads * (nope + rope));
            foreach (ref float number in q.Span) number = (float)((random.NextDouble() * 2) - 1);
            using var o = new NativeArrayOfFloat(tokens * heads * value);
            double[] rows = [.. Enumerable.Range(0, (position + tokens) * shape.CacheRow).Select(_ => (double)BF16.Decode(BF16.Encode((float)((random.NextDouble() * 2) - 1))))];
            var pages = Enumerable.Range(0, ((position + tokens - 1) / Limits.PageTokens) + 1).Select(p => Page(rows, p, shape, cache)).ToArray();
            var table = new MemoryTable(pages);
            var expected = Enumerable.Range(0, tokens).Select(t => PlainAttention.Heads(shape, attention, up.Values, q.Row(t, heads * (nope + rope)), rows, position + t + 1)).ToArray();
            MemoryTable[] tables = cache == NumberFormat.I16 ? [table, table] : [table];
            target.Call("AttentionPrefill", [q, .. up.Arguments, .. tables, o, tokens, position]);
            Compare("AttentionPrefill");
            if (tokens <= Limits.MaxStreaming)
            {
                target.Call("AttentionDecode", [q, .. up.Arguments, .. tables, o, tokens, position, 2]);
                Compare("AttentionDecode");
            }

            foreach (var page in pages) ((IDisposable)page).Dispose();

            void Compare(string kernel)
            {
                for (int t = 0; t < tokens; t++)
                {
                    double error = KernelCases.Error(expected[t], o.Row(t, heads * value));
                    Assert.True(error < tolerance, $"{kernel}, {tokens} tokens at {position}, token {t}: relative error {error}");
                }
            }
        }
    }

    private static INativeMemory Page(double[] rows, int page, AttentionShape shape, NumberFormat cache)
    {
        if (cache == NumberFormat.I16) return FixedPage.Of(rows, page * Limits.PageTokens, shape.ValueDim, shape.CacheRow);
        int count = Limits.PageTokens * shape.CacheRow, from = page * count;
        double At(int i) => from + i < rows.Length ? rows[from + i] : double.NaN;
        if (cache == NumberFormat.BF16) return NativeArray<ushort>.Of([.. Enumerable.Range(0, count).Select(i => double.IsNaN(At(i)) ? NotANumber : BF16.Encode((float)At(i)))]);
        return NativeArray<float>.Of([.. Enumerable.Range(0, count).Select(i => (float)At(i))]);
    }
}
