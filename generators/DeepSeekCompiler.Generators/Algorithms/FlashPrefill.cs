using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Causal attention of many queries, one page of keys at a time with online softmax (FlashAttention, Dao et al. 2022): keys and values of a
/// head are expanded from the latent page by page (or copied from the cache), and no tokens-by-tokens matrix exists.</summary>
internal sealed class FlashPrefill : IAlgorithm
{
    /// <summary>Queries that go through a page together, without tuning.</summary>
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

    /// <summary>Keys and values of a page: contractions with the latent, or copies.</summary>
    public Stage Keys { get; private set; } = null!;

    public Map? RopeKeys { get; private set; }

    public Stage Values { get; private set; } = null!;

    public OnlineSoftmax Online { get; private set; } = null!;

    public static FlashPrefill Define(string name, AttentionShape s, LatentAttentionSpec? latent, NumberFormat format, int queryBlock)
    {
        var b = new KernelBuilder(name, latent is null
            ? "Causal attention of a chunk of queries over the cache, page by page with online softmax."
            : "Causal attention of a chunk of queries: keys and values of each head are expanded from the latent cache page by page, with online softmax; no tokens-by-tokens matrix.");
        var tokens = b.Scalar("tokens");
        var position = b.Scalar("position");
        int keyDim = latent?.QkHeadDim ?? s.KeyDim, valueDim = latent?.VHeadDim ?? s.ValueDim;
        var q = b.Input("q", NumberFormat.F32, tokens, s.Heads, keyDim);
        var weight = latent is null ? null : WeightTensor.Matrix(b, "weight", format, s.Heads * (latent.QkNopeHeadDim + latent.VHeadDim), latent.KvLoraRank);
        var cache = CacheTables.Of(b, s);
        var o = b.Output("o", NumberFormat.F32, tokens, s.Heads, valueDim);
        var h = new Axis("h", s.Heads);
        var page = b.Fold(new Axis("page", (position + tokens - 1) / Limits.PageTokens + 1));
        Axis Rows(string row) => new(row, Expr.Min(Limits.PageTokens, position + tokens - page.Index * Limits.PageTokens), null, Limits.PageTokens);
        var keys = b.Temp("keys", Limits.PageTokens, keyDim);
        var values = b.Temp("values", Limits.PageTokens, valueDim);
        var result = new FlashPrefillParts(b, s, latent, weight, cache, h, page, keys, values, Rows);
        // Queries before a page's first key are done with; blocks of queries start at the first that is not.
        Expr before = Expr.Max(page.Index * Limits.PageTokens - position, 0) / queryBlock;
        var block = b.Fold(new Axis("block", (tokens + (queryBlock - 1)) / queryBlock - before, before));
        var i = new Axis("i", Expr.Min(queryBlock, tokens - block.Index * queryBlock), null, queryBlock);
        Expr t = block.Index * queryBlock + i;
        Axis All(string token) => new(token, tokens, null, Limits.MaxDeviceChunk);
        var softmax = OnlineSoftmax.OfHeads(b, tokens, h, valueDim, i, o);
        softmax.Begin(h, All);
        result.Define();
        softmax.Attend(h, page, block, t, position, Rows, (j, d) => q[t, h, d] * keys[j, d], keyDim, s.Scale, (j, v) => values[j, v]);
        softmax.End(o, h, All("q_"));
        softmax.State(s, keyDim, weight);
        return new(b.Build())
        {
            Head = h, Page = page, Block = block, Query = i, DecodeKey = result.DecodeKey, DecodeValue = result.DecodeValue,
            Keys = result.Keys, RopeKeys = result.RopeKeys, Values = result.Values, Online = softmax,
        };
    }
}
