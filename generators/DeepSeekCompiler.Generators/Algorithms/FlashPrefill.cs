using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Causal attention of many queries, one page of keys at a time with online softmax (FlashAttention, Dao et al. 2022): keys and values of a
/// head are expanded from the latent page by page (or copied from the cache), and no tokens-by-tokens matrix exists.</summary>
internal sealed class FlashPrefill : IAlgorithm
{
    /// <summary>Queries that go through a page together.</summary>
    public const int QueryBlock = 16;

    private FlashPrefill(TensorKernel kernel) => Kernel = kernel;

    public TensorKernel Kernel { get; }

    public Axis Head { get; private set; } = null!;

    public Axis Page { get; private set; } = null!;

    public Axis Block { get; private set; } = null!;

    public Axis Query { get; private set; } = null!;

    /// <summary>The head's rows of the up projection, decoded once; null without a latent.</summary>
    public Map? DecodeKey { get; private set; }

    public Map? DecodeValue { get; private set; }

    public IReadOnlyList<Stage> Start { get; private set; } = [];

    /// <summary>Keys and values of a page: contractions with the latent, or copies.</summary>
    public Stage Keys { get; private set; } = null!;

    public Map? RopeKeys { get; private set; }

    public Stage Values { get; private set; } = null!;

    public Reduce Score { get; private set; } = null!;

    public IReadOnlyList<Stage> Softmax { get; private set; } = [];

    public Reduce Mix { get; private set; } = null!;

    public Map KeepMaximum { get; private set; } = null!;

    public Map Finish { get; private set; } = null!;

    public static FlashPrefill Define(string name, AttentionShape s, LatentAttentionSpec? latent, NumberFormat format)
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
        Axis Rows(string row) => new(row, Expr.Min(Limits.PageTokens, position + tokens - page.Index * Limits.PageTokens), null, Limits.PageTokens);
        var keys = b.Temp("keys", Limits.PageTokens, keyDim);
        var values = b.Temp("values", Limits.PageTokens, valueDim);
        var result = new FlashPrefillParts(b, s, latent, weight, pages, h, page, keys, values, Rows);
        // Queries before a page's first key are done with; blocks of queries start at the first that is not.
        Expr before = Expr.Max(page.Index * Limits.PageTokens - position, 0) / QueryBlock;
        var block = b.Fold(new Axis("block", (tokens + (QueryBlock - 1)) / QueryBlock - before, before));
        var i = new Axis("i", Expr.Min(QueryBlock, tokens - block.Index * QueryBlock), null, QueryBlock);
        Expr t = block.Index * QueryBlock + i;
        Axis All(string token) => new(token, tokens, null, Limits.MaxChunk);
        Axis t0 = All("t"), t1 = All("token"), t2 = All("row_"), all = All("q_");
        Axis v0 = new("v", valueDim), v1 = new("value", valueDim), v2 = new("out", valueDim), d = new("d", keyDim);
        var maximum = b.Temp("maximum", Limits.MaxChunk);
        var total = b.Temp("total", Limits.MaxChunk);
        var mix = b.Temp("mix", Limits.MaxChunk, valueDim);
        var score = b.Temp("score", i, Limits.PageTokens);
        var highest = b.Temp("highest", i);
        var newMaximum = b.Temp("newMaximum", i);
        var fade = b.Temp("fade", i);
        var start = new List<Stage>
        {
            b.Map("StartMaximum", maximum[t0], Limits.Lowest, h, t0),
            b.Map("StartTotal", total[t1], 0.0, h, t1),
            b.Map("StartMix", mix[t2, v0], 0.0, h, t2, v0),
        };
        result.Define();
        Axis j0 = Rows("j"), j1 = Rows("key"), j2 = Rows("weight_"), j3 = Rows("summand"), j4 = Rows("row");
        Expr Visible(Axis j) => new Binary(BinaryOp.LessEqual, page.Index * Limits.PageTokens + j, position + t);
        var scores = b.Sum("Score", score[i, j0], q[t, h, d] * keys[j0, d], [h, page, block, i, j0], [d]);
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
            Head = h, Page = page, Block = block, Query = i, DecodeKey = result.DecodeKey, DecodeValue = result.DecodeValue, Start = start,
            Keys = result.Keys, RopeKeys = result.RopeKeys, Values = result.Values, Score = scores, Softmax = softmax, Mix = mixing, KeepMaximum = keep, Finish = finish,
        };
    }
}
