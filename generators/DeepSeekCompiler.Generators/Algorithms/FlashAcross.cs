using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary><see cref="FlashPrefill"/> for workers with wide vectors: keys stand across, so that scores are products with vectors along keys, and values as they
/// are, so that answers are products with vectors along the value. Blocks of queries and pages of keys are always whole: a page is filled up with zeros,
/// the last block with its last query, and what comes of those is hidden by the mask or never read.</summary>
internal sealed class FlashAcross : IAlgorithm
{
    /// <summary>Queries that go through a page together, without tuning.</summary>
    public const int QueryBlock = 12;

    private FlashAcross(TensorKernel kernel) => Kernel = kernel;

    public TensorKernel Kernel { get; }

    public Axis Head { get; private set; } = null!;

    public Axis Page { get; private set; } = null!;

    public Axis Block { get; private set; } = null!;

    public Axis Query { get; private set; } = null!;

    public OnlineSoftmax Online { get; private set; } = null!;

    public FlashAcrossParts Parts { get; private set; } = null!;

    /// <param name="name">A C# identifier.</param>
    /// <param name="s">Heads and cache rows.</param>
    /// <param name="latent">What is expanded; null where the cache holds keys and values.</param>
    /// <param name="format">Of the up projection.</param>
    /// <param name="queryBlock">Queries of a block.</param>
    /// <param name="onDevice">Chunks are as long as a device has memory for: what queries have so far is no worker's own.</param>
    public static FlashAcross Define(string name, AttentionShape s, LatentAttentionSpec? latent, NumberFormat format, int queryBlock, bool onDevice)
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
        Expr blocks = (tokens + (queryBlock - 1)) / queryBlock;
        // Queries before a page's first key are done with; blocks of queries start at the first that is not.
        Expr before = Expr.Max(page.Index * Limits.PageTokens - position, 0) / queryBlock;
        var block = b.Fold(new Axis("block", blocks - before, before));
        var i = new Axis("i", queryBlock);
        Expr t = block.Index * queryBlock + i;
        int most = onDevice ? Limits.MaxDeviceChunk : Limits.MaxChunk;
        Axis Filled(string token) => new(token, blocks * queryBlock, null, most + queryBlock);
        var keys = b.Temp("keys", keyDim, Limits.PageTokens);
        var values = b.Temp("values", Limits.PageTokens, valueDim);
        var softmax = onDevice ? OnlineSoftmax.OfHeads(b, blocks * queryBlock, h, valueDim, i) : OnlineSoftmax.OfAHead(b, most + queryBlock, valueDim, i);
        softmax.Begin(h, Filled);
        var parts = new FlashAcrossParts(b, cache, h, page, tokens, position);
        if (latent is null) parts.Copy(s, keys, values);
        else parts.Expand(latent, weight!, keys, values);
        softmax.Attend(h, page, block, t, position, row => new(row, Limits.PageTokens), (j, d) => q[Expr.Min(t, tokens - 1), h, d] * keys[d, j], keyDim, s.Scale, (j, v) => values[j, v]);
        softmax.End(o, h, new("q_", tokens, null, most));
        softmax.State(s, keyDim, weight);
        return new(b.Build())
        {
            Head = h, Page = page, Block = block, Query = i, Online = softmax, Parts = parts,
        };
    }
}
