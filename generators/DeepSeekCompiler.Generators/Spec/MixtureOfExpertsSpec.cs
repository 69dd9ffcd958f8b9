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

    /// <summary>Multiplies the weights. V2 code applies it only when <see cref="NormTopkProb"/> is off; <see cref="EffectiveScale"/> says what applies.</summary>
    public required double RoutedScalingFactor { get; init; }

    public required int FirstKDenseReplace { get; init; }

    public required int MoeLayerFreq { get; init; }

    /// <summary>What the chosen weights are finally multiplied with: V3 always scales, V2 only weights it did not normalise.</summary>
    public double EffectiveScale => TopkMethod == TopkMethod.NoAuxTc || !NormTopkProb ? RoutedScalingFactor : 1;
}
