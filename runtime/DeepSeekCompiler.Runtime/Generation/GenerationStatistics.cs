namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>What a generation took.</summary>
public sealed record GenerationStatistics
{
    public int PromptTokens { get; init; }

    public TimeSpan Prefill { get; init; }

    /// <summary>Tokens produced, a stop token not counted.</summary>
    public int Tokens { get; init; }

    public TimeSpan Decode { get; init; }

    /// <summary>Steps of the main model.</summary>
    public int Steps { get; init; }

    /// <summary>Drafts that the main model judged, by their place in the step.</summary>
    public IReadOnlyList<DraftCount> ByDepth { get; init; } = [];

    /// <summary>Drafts that the main model judged: up to the first wrong one of a step.</summary>
    public int Drafts => ByDepth.Sum(d => d.Tried);

    public int Accepted => ByDepth.Sum(d => d.Accepted);

    /// <summary>Drafts that were fed to the main model, those behind a wrong one too.</summary>
    public int Fed { get; init; }

    /// <summary>Drafts that were made, those too that were not worth feeding.</summary>
    public int Made { get; init; }

    /// <summary>Tokens of a step, in the mean; the first comes of the prompt.</summary>
    public double TokensPerStep => Steps > 0 ? (Tokens - 1.0) / Steps : 0;

    /// <summary>Drafts fed in a step, in the mean.</summary>
    public double Depth => Steps > 0 ? (double)Fed / Steps : 0;

    public double PrefillRate => Prefill > TimeSpan.Zero ? PromptTokens / Prefill.TotalSeconds : 0;

    public double DecodeRate => Decode > TimeSpan.Zero ? Tokens / Decode.TotalSeconds : 0;

    /// <summary>Share of judged drafts that were accepted.</summary>
    public double Acceptance => Drafts > 0 ? (double)Accepted / Drafts : 0;
}
