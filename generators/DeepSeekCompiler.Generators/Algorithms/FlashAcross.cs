using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary><see cref="FlashPrefill"/> for workers with wide vectors: keys stand across, so that scores are products with vectors along keys, and values as they
/// are, so that answers are products with vectors along the value. Blocks of queries and pages of keys are always whole: a page is filled up with zeros,
/// the last block with its last query, and what comes of those is hidden by the mask or never read.</summary>
internal sealed class FlashAcross
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
        var b = new KernelBuilder(name, FlashArguments.PagedSummary(latent));
        Expr tokens = b.Scalar("tokens"), position = b.Scalar("position");
        var given = FlashArguments.Of(b, tokens, position, s, latent, format);
        var (q, weight, cache, o) = (given.Queries, given.Weight, given.Cache, given.Answers);
        int keyDim = given.KeyDim, valueDim = given.ValueDim;
        var h = new Axis("h", s.Heads);
        var page = b.Fold(given.Pages);
        Expr blocks = (tokens + (queryBlock - 1)) / queryBlock;
        // Queries before a page's first key are done with.
        Expr before = given.FirstBlock(page, queryBlock);
        var block = b.Fold(new Axis("block", blocks - before, before));
        var i = new Axis("i", queryBlock);
        Expr t = block.Index * queryBlock + i;
        int most = onDevice ? Limits.MaxDeviceChunk : Limits.MaxChunk;
        Axis Filled(string token) => new(token, blocks * queryBlock, null, most + queryBlock);
        var keys = b.Temp("keys", keyDim, Limits.PageTokens);
        var values = b.Temp("values", Limits.PageTokens, valueDim);
        var softmax = onDevice ? OnlineSoftmax.ByHead(b, blocks * queryBlock, h, valueDim, i) : OnlineSoftmax.OfOneHead(b, most + queryBlock, valueDim, i);
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
