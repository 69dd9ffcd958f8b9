using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>What every form of prefill attention reads and writes.</summary>
/// <param name="Tokens">Queries of the chunk.</param>
/// <param name="Position">Position of the first.</param>
/// <param name="Queries">[tokens, heads, key].</param>
/// <param name="Weight">The up projection of latents; null where the cache holds keys and values.</param>
/// <param name="Cache">Pages of the cache.</param>
/// <param name="Answers">[tokens, heads, value].</param>
/// <param name="KeyDim">Numbers of a key.</param>
/// <param name="ValueDim">Numbers of a value.</param>
internal sealed record FlashArguments(Expr Tokens, Expr Position, Tensor Queries, WeightTensor? Weight, CacheTables Cache, Tensor Answers, int KeyDim, int ValueDim)
{
    /// <summary>Adds the tensors to a kernel that has its scalars.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="tokens">Queries of the chunk.</param>
    /// <param name="position">Position of the first.</param>
    /// <param name="s">Heads and cache rows.</param>
    /// <param name="latent">What is expanded; null where the cache holds keys and values.</param>
    /// <param name="format">Of the up projection.</param>
    public static FlashArguments Of(KernelBuilder b, Expr tokens, Expr position, AttentionShape s, LatentAttentionSpec? latent, NumberFormat format)
    {
        int keyDim = latent?.QkHeadDim ?? s.KeyDim, valueDim = latent?.VHeadDim ?? s.ValueDim;
        var queries = b.Input("q", NumberFormat.F32, tokens, s.Heads, keyDim);
        var weight = latent is null ? null : WeightTensor.Matrix(b, "weight", format, s.Heads * (latent.QkNopeHeadDim + latent.VHeadDim), latent.KvLoraRank);
        var cache = CacheTables.Of(b, s);
        return new(tokens, position, queries, weight, cache, b.Output("o", NumberFormat.F32, tokens, s.Heads, valueDim), keyDim, valueDim);
    }

    /// <summary>What a kernel is that goes through the context page by page.</summary>
    public static string PagedSummary(LatentAttentionSpec? latent) => latent is null ? CachedSummary
        : "Causal attention of a chunk of queries: keys and values of each head are expanded from the latent cache page by page, with online softmax; no tokens-by-tokens matrix.";

    /// <summary>What a kernel is that expands nothing.</summary>
    public const string CachedSummary = "Causal attention of a chunk of queries over the cache, page by page with online softmax.";

    /// <summary>The first block of queries that has not all of them in front of a page.</summary>
    public Expr FirstBlock(Axis page, int queries) => Expr.Max(page.Index * Limits.PageTokens - Position, 0) / queries;

    /// <summary>Axis over the pages that hold the context.</summary>
    public Axis Pages => new("page", (Position + Tokens - 1) / Limits.PageTokens + 1);
}
