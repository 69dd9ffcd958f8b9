using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary><see cref="FlashPrefill"/> for workers with wide vectors: keys stand across, so that scores are products with vectors along keys, and values as they
/// are, so that answers are products with vectors along the value. Blocks of queries and pages of keys are always whole: a page is filled up with zeros,
/// the last block with its last query, and what comes of those is hidden by the mask or never read.</summary>
internal sealed class FlashAcross : IAlgorithm
{
    /// <summary>Queries that go through a page together.</summary>
    public const int QueryBlock = 12;

    private FlashAcross(TensorKernel kernel) => Kernel = kernel;

    public TensorKernel Kernel { get; }

    public Axis Head { get; private set; } = null!;

    public Axis Page { get; private set; } = null!;

    public Axis Block { get; private set; } = null!;

    public Axis Query { get; private set; } = null!;

    public IReadOnlyList<Map> Start { get; private set; } = [];

    public FlashAcrossParts Parts { get; private set; } = null!;

    public Reduce Score { get; private set; } = null!;

    public IReadOnlyList<Stage> Softmax { get; private set; } = [];

    public Reduce Mix { get; private set; } = null!;

    public Map KeepMaximum { get; private set; } = null!;

    public Map Finish { get; private set; } = null!;

    public static FlashAcross Define(string name, AttentionShape s, LatentAttentionSpec? latent, NumberFormat format)
    {
        var b = new KernelBuilder(name, latent is null
            ? "Causal attention of a chunk of queries over the cache, page by page with online softmax."
            : "Causal attention of a chunk of queries: keys and values of each head are expanded from the latent cache page by page, with online softmax; no tokens-by-tokens matrix.");
        var tokens = b.Scalar("tokens");
        var position = b.Scalar("position");
        int keyDim = latent?.QkHeadDim ?? s.KeyDim, valueDim = latent?.VHeadDim ?? s.ValueDim;
        var q = b.Input("q", NumberFormat.F32, tokens, s.Heads, keyDim);
        var weight = latent is null ? null : WeightTensor.Matrix(b, "weight", format, s.Heads * (latent.QkNopeHeadDim + latent.VHeadDim), latent.KvLoraRank);
        var pages = b.Table("pages", s.Cache, TensorRole.Input, 1, Limits.PageTokens, s.CacheRow);
        var o = b.Output("o", NumberFormat.F32, tokens, s.Heads, valueDim);
        var h = new Axis("h", s.Heads);
        var page = b.Fold(new Axis("page", (position + tokens - 1) / Limits.PageTokens + 1));
        Expr blocks = (tokens + (QueryBlock - 1)) / QueryBlock;
        // Queries before a page's first key are done with; blocks of queries start at the first that is not.
        Expr before = Expr.Max(page.Index * Limits.PageTokens - position, 0) / QueryBlock;
        var block = b.Fold(new Axis("block", blocks - before, before));
        var i = new Axis("i", QueryBlock);
        Expr t = block.Index * QueryBlock + i;
        Axis Filled(string token) => new(token, blocks * QueryBlock, null, Limits.MaxChunk + QueryBlock);
        Axis t0 = Filled("t"), t1 = Filled("token"), t2 = Filled("row_"), all = new("q_", tokens, null, Limits.MaxChunk);
        Axis v0 = new("v", valueDim), v1 = new("value", valueDim), v2 = new("out", valueDim), d = new("d", keyDim);
        var keys = b.Temp("keys", keyDim, Limits.PageTokens);
        var values = b.Temp("values", Limits.PageTokens, valueDim);
        var maximum = b.Temp("maximum", Limits.MaxChunk + QueryBlock);
        var total = b.Temp("total", Limits.MaxChunk + QueryBlock);
        var mix = b.Temp("mix", Limits.MaxChunk + QueryBlock, valueDim);
        var score = b.Temp("score", i, Limits.PageTokens);
        var highest = b.Temp("highest", i);
        var newMaximum = b.Temp("newMaximum", i);
        var fade = b.Temp("fade", i);
        var start = new List<Map>
        {
            b.Map("StartMaximum", maximum[t0], Limits.Lowest, h, t0),
            b.Map("StartTotal", total[t1], 0.0, h, t1),
            b.Map("StartMix", mix[t2, v0], 0.0, h, t2, v0),
        };
        var parts = new FlashAcrossParts(b, pages, h, page, tokens, position);
        if (latent is null) parts.Copy(s, keys, values);
        else parts.Expand(latent, weight!, keys, values);
        Axis Keys(string row) => new(row, Limits.PageTokens);
        Axis j0 = Keys("j"), j1 = Keys("key"), j2 = Keys("weight_"), j3 = Keys("summand"), j4 = Keys("row");
        Expr Visible(Axis j) => new Binary(BinaryOp.LessEqual, page.Index * Limits.PageTokens + j, position + t);
        var scores = b.Sum("Score", score[i, j0], q[Expr.Min(t, tokens - 1), h, d] * keys[d, j0], [h, page, block, i, j0], [d]);
        var softmax = new List<Stage>
        {
            b.Max("Highest", highest[i], new Select(Visible(j1), score[i, j1] * s.Scale, Limits.Lowest), [h, page, block, i], j1),
            b.Map("NewMaximum", newMaximum[i], Expr.Max(maximum[t], highest[i]), h, page, block, i),
            b.Map("Fade", fade[i], Expr.Exp(maximum[t] - newMaximum[i]), h, page, block, i),
            b.Map("Weight", score[i, j2], new Select(Visible(j2), Expr.Exp(score[i, j2] * s.Scale - newMaximum[i]), 0.0), h, page, block, i, j2),
            b.Sum("Total", total[t], score[i, j3], [h, page, block, i], [j3], null, total[t] * fade[i]),
        };
        var mixing = b.Sum("Mix", mix[t, v1], score[i, j4] * values[j4, v1], [h, page, block, i, v1], [j4], null, mix[t, v1] * fade[i]);
        var keep = b.Map("KeepMaximum", maximum[t], newMaximum[i], h, page, block, i);
        var finish = b.Map("Finish", o[all, h, v2], mix[all, v2] / total[all], h, all, v2);
        b.Flops = $"{Count.Number(s.Heads * (keyDim + valueDim))} * tokens * (2 * position + tokens)" + (latent is null ? "" :
            $" + {Count.Number(2L * s.Heads * latent.KvLoraRank * (latent.QkNopeHeadDim + latent.VHeadDim))} * (position + tokens)");
        b.Bytes = $"{Count.Number((long)s.CacheRow * Count.Size(s.Cache))} * (position + tokens) a head";
        return new(b.Build())
        {
            Head = h, Page = page, Block = block, Query = i, Start = start, Parts = parts, Score = scores, Softmax = softmax, Mix = mixing, KeepMaximum = keep, Finish = finish,
        };
    }
}
