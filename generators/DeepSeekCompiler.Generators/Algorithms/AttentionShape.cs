using System;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>What the attention kernels need to know of a layer: latent attention in its absorbed form is multi-query attention whose keys
/// are cache rows and whose values are the front of the same rows.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="Groups">Key/value heads that cache rows hold.</param>
/// <param name="CacheRow">Numbers of a cache row.</param>
/// <param name="KeyDim">Numbers a score is taken over.</param>
/// <param name="ValueDim">Numbers of a value.</param>
/// <param name="KeyAt">Where group 0's key stands in a row; later groups follow by KeyDim.</param>
/// <param name="ValueAt">Where group 0's value stands; later groups follow by ValueDim.</param>
/// <param name="Scale">Factor of the scores.</param>
/// <param name="Cache">Format of the cache.</param>
public sealed record AttentionShape(int Heads, int Groups, int CacheRow, int KeyDim, int ValueDim, int KeyAt, int ValueAt, double Scale, NumberFormat Cache)
{
    public int HeadsPerGroup => Heads / Groups;

    /// <summary>Work items of a part of the context on the host, a token.</summary>
    public int HostItems => Groups * (DecodeAcross.Fits(this) ? DecodeAcross.BlocksOf(this) : 1);

    /// <summary>Bytes of a cache row.</summary>
    public int RowBytes { get; private init; }

    public static AttentionShape Of(AttentionSpec spec, RopeSpec rope, NumberFormat cache) => Numbers(spec, rope, cache) with { RowBytes = spec.CacheRowBytes(cache) };

    private static AttentionShape Numbers(AttentionSpec spec, RopeSpec rope, NumberFormat cache) => spec switch
    {
        LatentAttentionSpec a => new(a.NumAttentionHeads, 1, a.CacheRow, a.CacheRow, a.KvLoraRank, 0, 0, SoftmaxScale(a.QkHeadDim, rope), cache),
        GroupedQueryAttentionSpec a => new(a.NumAttentionHeads, a.NumKeyValueHeads, a.CacheRow, a.HeadDim, a.HeadDim, 0, a.NumKeyValueHeads * a.HeadDim,
            SoftmaxScale(a.QkHeadDim, rope), cache),
        _ => throw new ArgumentException("unknown attention " + spec.GetType().Name),
    };

    /// <summary>dim^-1/2, times m(mscale_all_dim)^2 under YaRN, m(x) = 0.1 x ln(factor) + 1.</summary>
    public static double SoftmaxScale(int dim, RopeSpec rope)
    {
        double scale = 1 / Math.Sqrt(dim);
        if (rope.Yarn is not { } yarn) return scale;
        double m = RopeTable.Magnitude(yarn.Factor, yarn.MscaleAllDim);
        return scale * m * m;
    }
}
