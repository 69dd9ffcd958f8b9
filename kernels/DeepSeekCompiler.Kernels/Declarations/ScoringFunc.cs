namespace DeepSeekCompiler;

/// <summary>What turns router logits into scores.</summary>
public enum ScoringFunc
{
    /// <summary>Softmax over all experts (DeepSeek-V2).</summary>
    Softmax,

    /// <summary>A sigmoid for each expert (DeepSeek-V3).</summary>
    Sigmoid,
}
