namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>What a generation took.</summary>
public sealed record GenerationStatistics
{
    public int PromptTokens { get; init; }

    public TimeSpan Prefill { get; init; }

    /// <summary>Tokens produced, a stop token not counted.</summary>
    public int Tokens { get; init; }

    public TimeSpan Decode { get; init; }

    /// <summary>Drafts that the main model looked at.</summary>
    public int Drafts { get; init; }

    public int Accepted { get; init; }

    public double PrefillRate => Prefill > TimeSpan.Zero ? PromptTokens / Prefill.TotalSeconds : 0;

    public double DecodeRate => Decode > TimeSpan.Zero ? Tokens / Decode.TotalSeconds : 0;

    /// <summary>Share of drafts that were accepted.</summary>
    public double Acceptance => Drafts > 0 ? (double)Accepted / Drafts : 0;
}
