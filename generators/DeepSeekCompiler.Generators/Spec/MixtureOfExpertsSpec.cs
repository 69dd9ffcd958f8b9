namespace DeepSeekCompiler.Generators.Spec;

public enum ScoringFunc { Softmax, Sigmoid }

/// <summary>How experts are chosen (the Hugging Face <c>topk_method</c>).</summary>
public enum TopkMethod
{
    /// <summary>The best k scores.</summary>
    Greedy,

    /// <summary>The best k of the best groups; a group is worth its best score.</summary>
    GroupLimitedGreedy,

    /// <summary>Scores plus a correction bias choose; a group is worth its two best; the bias never enters the weights.</summary>
    NoAuxTc,
}

/// <summary>DeepSeekMoE: shared and fine-grained routed experts.</summary>
public sealed record MixtureOfExpertsSpec
{
    public required int NRoutedExperts { get; init; }

    public required int NumExpertsPerTok { get; init; }

    public required int NSharedExperts { get; init; }

    public required int MoeIntermediateSize { get; init; }

    public required int NGroup { get; init; }

    public required int TopkGroup { get; init; }

    public required ScoringFunc ScoringFunc { get; init; }

    public required TopkMethod TopkMethod { get; init; }

    public required bool NormTopkProb { get; init; }

    /// <summary>Multiplies the chosen weights; <see cref="EffectiveScale"/> says what applies.</summary>
    public required double RoutedScalingFactor { get; init; }

    /// <summary>
    /// Whether the factor also applies to weights that were normalised. The published V3 code always applies it, the V2 code only to weights
    /// that it did not normalise; the family decides.
    /// </summary>
    public bool ScaleNormalizedWeights { get; init; } = true;

    public required int FirstKDenseReplace { get; init; }

    public required int MoeLayerFreq { get; init; }

    /// <summary>Whether the chosen weights are divided by their sum; the published code leaves a single expert's weight as it is.</summary>
    public bool Normalizes => NormTopkProb && NumExpertsPerTok > 1;

    /// <summary>What the chosen weights are finally multiplied with.</summary>
    public double EffectiveScale => ScaleNormalizedWeights || !Normalizes ? RoutedScalingFactor : 1;
}
