namespace DeepSeekCompiler;

/// <summary>Grouped-query attention with its two ends, multi-query and multi-head: the baselines that latent attention is compared with.</summary>
/// <remarks>Property names are the Hugging Face config keys in PascalCase. Sizes are never guessed.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class GroupedQueryAttentionAttribute : Attribute
{
    /// <summary>Query heads. Required.</summary>
    public int NumAttentionHeads { get; set; }

    /// <summary>
    /// Key/value heads; divides <see cref="NumAttentionHeads"/>. 1 is multi-query attention; as many as query heads, also when not set, is
    /// multi-head attention.
    /// </summary>
    public int NumKeyValueHeads { get; set; }

    /// <summary>Numbers of a query, key or value head; all of them rotate, so it is even. Required.</summary>
    public int HeadDim { get; set; }
}
