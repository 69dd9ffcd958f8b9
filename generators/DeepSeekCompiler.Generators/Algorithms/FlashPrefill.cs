using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Causal attention of many queries, one page of keys at a time with online softmax (FlashAttention, Dao et al. 2022): keys and values of a
/// head are expanded from the latent page by page (or copied from the cache), and no tokens-by-tokens matrix exists.</summary>
internal sealed class FlashPrefill
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
        var b = new KernelBuilder(name, FlashArguments.PagedSummary(latent));
        Expr tokens = b.Scalar("tokens"), position = b.Scalar("position");
        var given = FlashArguments.Of(b, tokens, position, s, latent, format);
        var (q, weight, cache, o) = (given.Queries, given.Weight, given.Cache, given.Answers);
        int keyDim = given.KeyDim, valueDim = given.ValueDim;
        var h = new Axis("h", s.Heads);
        var page = b.Fold(given.Pages);
        Axis Rows(string row) => new(row, Expr.Min(Limits.PageTokens, position + tokens - page.Index * Limits.PageTokens), null, Limits.PageTokens);
        var keys = b.Temp("keys", Limits.PageTokens, keyDim);
        var values = b.Temp("values", Limits.PageTokens, valueDim);
        var result = new FlashPrefillParts(b, s, latent, weight, cache, h, page, keys, values, Rows);
        // Queries before a page's first key are done with.
        Expr before = given.FirstBlock(page, queryBlock);
        var block = b.Fold(new Axis("block", (tokens + (queryBlock - 1)) / queryBlock - before, before));
        var i = new Axis("i", Expr.Min(queryBlock, tokens - block.Index * queryBlock), null, queryBlock);
        Expr t = block.Index * queryBlock + i;
        Axis All(string token) => new(token, tokens, null, Limits.MaxDeviceChunk);
        var softmax = OnlineSoftmax.ByHead(b, tokens, h, valueDim, i, o);
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
