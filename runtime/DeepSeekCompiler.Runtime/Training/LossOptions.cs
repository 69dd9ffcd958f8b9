namespace DeepSeekCompiler.Runtime.Training;

/// <summary>What one micro-batch contributes.</summary>
public sealed record LossOptions
{
    /// <summary>Factor of the gradient of the mean next-token cross entropy. With M equal micro-batches a step, 1/M.</summary>
    public double MainScale { get; init; } = 1;

    /// <summary>Factor of the gradient of the MTP module's mean cross entropy (lambda of the DeepSeek-V3 report, section 2.2, over M).</summary>
    public double MtpScale { get; init; } = 0.3;

    /// <summary>Factor of the sequence-wise balance loss (alpha of the DeepSeek-V3 report, equations 17 to 20, over M); 0 for none.</summary>
    public double BalanceScale { get; init; }

    /// <summary>False for losses and loads alone: no gradient is touched.</summary>
    public bool Backward { get; init; } = true;
}
