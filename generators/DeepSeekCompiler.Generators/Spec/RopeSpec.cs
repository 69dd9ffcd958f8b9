namespace DeepSeekCompiler.Generators.Spec;

/// <summary>Rotary position embedding on interleaved pairs (0,1),(2,3),..., with or without YaRN.</summary>
public sealed record RopeSpec
{
    public required double Theta { get; init; }

    /// <summary>Null without context extension.</summary>
    public required YarnSpec? Yarn { get; init; }
}

/// <summary>YaRN context extension (Peng et al. 2023) with DeepSeek's two mscale terms.</summary>
public sealed record YarnSpec
{
    public required double Factor { get; init; }

    public required int OriginalMaxPositionEmbeddings { get; init; }

    public required double BetaFast { get; init; }

    public required double BetaSlow { get; init; }

    /// <summary>Scales cos and sin, as the ratio m(Mscale) / m(MscaleAllDim).</summary>
    public required double Mscale { get; init; }

    /// <summary>Scales the softmax, squared.</summary>
    public required double MscaleAllDim { get; init; }
}
