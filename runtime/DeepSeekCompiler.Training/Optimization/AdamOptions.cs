namespace DeepSeekCompiler.Training.Optimization;

/// <summary>Settings of <see cref="AdamW"/>; the defaults are those of the DeepSeek-V3 report, section 4.2.</summary>
public sealed record AdamOptions
{
    public float Beta1 { get; init; } = 0.9f;

    public float Beta2 { get; init; } = 0.95f;

    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Decoupled decay a step, times the learning rate; matrices only.</summary>
    public float WeightDecay { get; init; } = 0.1f;

    /// <summary>The largest norm of the whole gradient; longer ones are shortened to it. 0 for no limit.</summary>
    public double ClipNorm { get; init; } = 1;
}
