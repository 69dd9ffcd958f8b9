namespace DeepSeekCompiler;

/// <summary>Shared and fine-grained routed experts (DeepSeekMoE) in place of dense feed-forward blocks.</summary>
/// <remarks>Property names are the Hugging Face config keys in PascalCase. Sizes are never guessed.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class MixtureOfExpertsAttribute : Attribute
{
    /// <summary>Routed experts of an expert block. Required.</summary>
    public int NRoutedExperts { get; set; }

    /// <summary>Experts that each token is sent to. Required.</summary>
    public int NumExpertsPerTok { get; set; }

    /// <summary>Experts that see every token; computed as one block of width <c>MoeIntermediateSize * NSharedExperts</c>. When not set, 0.</summary>
    public int NSharedExperts { get; set; }

    /// <summary>Width of one expert. Required.</summary>
    public int MoeIntermediateSize { get; set; }

    /// <summary>Groups that the routed experts are divided into. When not set, 1.</summary>
    public int NGroup { get; set; }

    /// <summary>Groups that are kept for a token. When not set, 1.</summary>
    public int TopkGroup { get; set; }

    /// <summary>What turns router logits into scores. When not set, softmax for deepseek_v2, else sigmoid.</summary>
    public ScoringFunc ScoringFunc { get; set; }

    /// <summary>How experts are chosen by their scores. When not set, greedy for deepseek_v2, else bias-corrected.</summary>
    public TopkMethod TopkMethod { get; set; }

    /// <summary>Whether the chosen weights are divided by their sum. When not set, false for deepseek_v2, else true.</summary>
    public bool NormTopkProb { get; set; }

    /// <summary>Multiplies the chosen weights. When not set, 1.</summary>
    public double RoutedScalingFactor { get; set; }

    /// <summary>
    /// Whether <c>RoutedScalingFactor</c> also applies to normalised weights: the published V3 code does so (true), the V2 code does not
    /// (false). When not set, as the model type.
    /// </summary>
    public bool ScaleNormalizedWeights { get; set; }

    /// <summary>Blocks at the start that have one dense feed-forward block instead of experts. When not set, 0.</summary>
    public int FirstKDenseReplace { get; set; }

    /// <summary>Every so many blocks, counted from block 0, have experts. When not set, 1.</summary>
    public int MoeLayerFreq { get; set; }
}
