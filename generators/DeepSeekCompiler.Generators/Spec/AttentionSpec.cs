namespace DeepSeekCompiler.Generators.Spec;

/// <summary>An attention layer. One small record per kind; consumers ask the properties, not the kind, where they can.</summary>
public abstract record AttentionSpec
{
    public required int NumAttentionHeads { get; init; }

    /// <summary>Numbers per query head that scores are taken over.</summary>
    public abstract int QkHeadDim { get; }

    /// <summary>Numbers of a query/key head that rotate; the last ones of each head.</summary>
    public abstract int RopeDim { get; }

    /// <summary>Numbers per head that attention returns.</summary>
    public abstract int ValueDim { get; }

    /// <summary>Numbers a token leaves in the cache of one layer.</summary>
    public abstract int CacheRow { get; }

    /// <summary>Bytes a token leaves in the cache of one layer.</summary>
    public virtual int CacheRowBytes(NumberFormat cache) => CacheRow * cache.Bytes();

    /// <summary>Epsilon of the norms inside the projections: 1e-6 in the published code whatever rms_norm_eps says.</summary>
    public double LatentNormEps { get; init; } = 1e-6;
}

/// <summary>Multi-head latent attention (DeepSeek-V2 report, section 2.1).</summary>
public sealed record LatentAttentionSpec : AttentionSpec
{
    /// <summary>Rank of the query latent; 0 when queries are projected directly (<c>q_lora_rank: null</c>).</summary>
    public required int QLoraRank { get; init; }

    public required int KvLoraRank { get; init; }

    public required int QkNopeHeadDim { get; init; }

    public required int QkRopeHeadDim { get; init; }

    public required int VHeadDim { get; init; }

    public override int QkHeadDim => QkNopeHeadDim + QkRopeHeadDim;

    public override int RopeDim => QkRopeHeadDim;

    public override int ValueDim => VHeadDim;

    public override int CacheRow => KvLoraRank + QkRopeHeadDim;

    public override int CacheRowBytes(NumberFormat cache) => cache switch
    {
        NumberFormat.E4M3 => FormatSpec.LatentRowBytes(KvLoraRank, QkRopeHeadDim),
        NumberFormat.I16 => FormatSpec.FixedRowBytes(KvLoraRank, QkRopeHeadDim),
        _ => base.CacheRowBytes(cache),
    };
}

/// <summary>Grouped-query attention and its two ends: multi-query (one key/value head) and multi-head (as many as query heads).</summary>
public sealed record GroupedQueryAttentionSpec : AttentionSpec
{
    public required int NumKeyValueHeads { get; init; }

    public required int HeadDim { get; init; }

    public override int QkHeadDim => HeadDim;

    public override int RopeDim => HeadDim;

    public override int ValueDim => HeadDim;

    public override int CacheRow => 2 * NumKeyValueHeads * HeadDim;
}
