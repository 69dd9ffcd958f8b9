using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary><see cref="FlashPrefill"/> for devices whose groups share a head's keys: those of a segment of the context are expanded once for all queries of the
/// chunk, by products like any other, and every block of queries reads them from device memory.</summary>
/// <remarks>Expanding a key takes 2 * rank * (nope + value) operations and attending to it 2 * (nope + rope + value) a query, 410 times less in DeepSeek-V3: a
/// block of 128 queries that expanded keys for itself would spend three quarters of its time on it. Where the cache holds keys and values there is nothing to expand,
/// and one segment.</remarks>
internal sealed class FlashSegments
{
    private const int SegmentPages = Limits.SegmentTokens / Limits.PageTokens;

    private FlashSegments(TensorKernel kernel, AttentionShape shape) => (Kernel, Shape) = (kernel, shape);

    public TensorKernel Kernel { get; }

    public AttentionShape Shape { get; }

    /// <summary>The segment's latents, and their products; null without a latent.</summary>
    public ActivationRows? Rows { get; private set; }

    /// <summary>The up projection, decoded for them; null where they read it as it is stored.</summary>
    public ActivationRows? Decoded { get; private set; }

    public IReadOnlyList<Product> Expansions { get; private set; } = [];

    public Axis Head { get; private set; } = null!;

    public Axis Block { get; private set; } = null!;

    public Axis Query { get; private set; } = null!;

    public Axis Page { get; private set; } = null!;

    /// <summary>Pages that a block's queries see from the segment's first one on, behind the segment too.</summary>
    public Expr PagesLeft { get; private set; } = null!;

    /// <summary>Tokens that the cache knows, the chunk's too.</summary>
    public Expr Context { get; private set; } = null!;

    public OnlineSoftmax Online { get; private set; } = null!;

    /// <param name="name">A C# identifier.</param>
    /// <param name="s">Heads and cache rows.</param>
    /// <param name="latent">What is expanded; null where the cache holds keys and values.</param>
    /// <param name="format">Of the up projection.</param>
    /// <param name="form">How it multiplies.</param>
    /// <param name="queries">Queries of a block.</param>
    public static FlashSegments Define(string name, AttentionShape s, LatentAttentionSpec? latent, NumberFormat format, MatrixForm form, int queries)
    {
        var b = new KernelBuilder(name, latent is null ? FlashArguments.CachedSummary
            : "Causal attention of a chunk of queries: keys and values of a segment of the context are expanded from the latent cache once, then all queries attend to them with online softmax.");
        Expr tokens = b.Scalar("tokens"), position = b.Scalar("position"), context = position + tokens;
        Expr segment = latent is null ? Const.Zero : b.Repeat("segment", (context - 1) / Limits.SegmentTokens + 1);
        var given = FlashArguments.Of(b, tokens, position, s, latent, format);
        var (q, weight, pages, o) = (given.Queries, given.Weight, given.Cache.Pages, given.Answers);
        int keyDim = given.KeyDim, valueDim = given.ValueDim;
        var h = new Axis("h", s.Heads);
        var block = new Axis("block", (tokens + (queries - 1)) / queries, null, (Limits.MaxDeviceChunk + queries - 1) / queries);
        var i = new Axis("i", Expr.Min(queries, tokens - block.Index * queries), null, queries);
        Expr t = block.Index * queries + i, last = Expr.Min(tokens, block.Index * queries + queries), first = segment * SegmentPages;
        // Pages behind a block's last query are none of its business.
        Expr known = (position + last - 1) / Limits.PageTokens + 1 - first;
        var page = b.Fold(new Axis("page", latent is null ? known : Expr.Min(SegmentPages, known), first));
        Axis Keys(string row) => new(row, Expr.Min(Limits.PageTokens, context - page.Index * Limits.PageTokens), null, Limits.PageTokens);
        Axis All(string token) => new(token, tokens, null, Limits.MaxDeviceChunk);
        var parts = new FlashSegmentParts(b, s, latent, weight, pages, form, segment, context);
        if (latent is not null) parts.Expand();
        var softmax = OnlineSoftmax.ByQuery(b, tokens, h, o, valueDim, i);
        softmax.Begin(h, All);
        // A block is always whole: the queries that it lacks are its last one again, whose answers nobody stores.
        Expr Query(Expr d) => q[Expr.Min(t, tokens - 1), h, d];
        softmax.Attend(h, page, block, t, position, Keys, (j, d) => Query(d) * parts.Key(h, page, j, d), latent?.QkNopeHeadDim ?? keyDim, s.Scale, (j, v) => parts.Value(h, page, j, v),
            latent is { QkRopeHeadDim: > 0 } a ? ((j, e) => Query(a.QkNopeHeadDim + e.Index) * pages[page, j, a.KvLoraRank + e.Index], a.QkRopeHeadDim) : null);
        softmax.End(o, h, All("q_"));
        softmax.State(s, keyDim, weight);
        return new(b.Build(), s) { Rows = parts.Rows, Decoded = parts.Decoded, Expansions = parts.Expansions, Head = h, Block = block, Query = i, Page = page, PagesLeft = known, Context = context, Online = softmax };
    }
}
