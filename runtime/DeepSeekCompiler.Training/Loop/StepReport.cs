namespace DeepSeekCompiler.Training.Loop;

/// <summary>What a step was.</summary>
public sealed record StepReport
{
    /// <summary>Counted from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Tokens of this step, padding not counted.</summary>
    public required long StepTokens { get; init; }

    /// <summary>Tokens of all steps so far.</summary>
    public required long Tokens { get; init; }

    /// <summary>Mean cross entropy of the next token, nats, before the update.</summary>
    public required double Loss { get; init; }

    /// <summary>Mean cross entropy of the token after the next; 0 without an MTP module.</summary>
    public required double MtpLoss { get; init; }

    /// <summary>Sequence-wise balance loss without its factor.</summary>
    public required double BalanceLoss { get; init; }

    /// <summary>Norm of the whole gradient before clipping.</summary>
    public required double GradientNorm { get; init; }

    public required double LearningRate { get; init; }

    public required double MtpWeight { get; init; }

    /// <summary>MaxVio of the batch (largest expert load over the mean, less 1), layer by layer.</summary>
    public required IReadOnlyList<double> MaxViolations { get; init; }

    /// <summary>Entropy of the expert loads over its largest value, the least of all layers.</summary>
    public required double LoadEntropy { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Mean over layers; 0 without experts.</summary>
    public double MaxViolation => MaxViolations.Count == 0 ? 0 : MaxViolations.Average();
}
