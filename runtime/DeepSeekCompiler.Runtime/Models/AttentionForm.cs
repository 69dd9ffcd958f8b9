namespace DeepSeekCompiler.Runtime.Models;

/// <summary>Which of the two equal forms of latent attention a step uses.</summary>
public enum AttentionForm
{
    /// <summary>Absorbed for a few tokens, expanded for many.</summary>
    Auto,

    /// <summary>Keys and values are expanded from the latent (prefill).</summary>
    Expanded,

    /// <summary>The up projections are absorbed into query and output; only the latent cache is read (decode).</summary>
    Absorbed,
}
