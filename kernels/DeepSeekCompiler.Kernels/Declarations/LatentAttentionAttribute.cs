namespace DeepSeekCompiler;

/// <summary>Multi-head latent attention (DeepSeek-V2 report, section 2.1).</summary>
/// <remarks>Property names are the Hugging Face config keys in PascalCase. Sizes are never guessed.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LatentAttentionAttribute : Attribute
{
    /// <summary>Query heads. Required.</summary>
    public int NumAttentionHeads { get; set; }

    /// <summary>
    /// Rank of the query latent; 0, also when not set, when queries are projected directly (<c>q_lora_rank: null</c>, as in V2-Lite).
    /// </summary>
    public int QLoraRank { get; set; }

    /// <summary>Rank of the key/value latent, the part of the cache that all heads share. Required.</summary>
    public int KvLoraRank { get; set; }

    /// <summary>Numbers of a query/key head that do not rotate. Required.</summary>
    public int QkNopeHeadDim { get; set; }

    /// <summary>Numbers of a query/key head that rotate; even. Required.</summary>
    public int QkRopeHeadDim { get; set; }

    /// <summary>Numbers of a value head. Required.</summary>
    public int VHeadDim { get; set; }
}
