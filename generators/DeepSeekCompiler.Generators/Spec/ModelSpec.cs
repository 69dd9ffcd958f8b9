namespace DeepSeekCompiler.Generators.Spec;

/// <summary>A model variant, complete and checked: everything the compiler needs to know, nothing of where it was said.</summary>
/// <remarks>Equality is structural; the generator's caching rests on it. No Roslyn type may appear below this type.</remarks>
public sealed record ModelSpec
{
    /// <summary>The name of the generated class, as C# spells it: @ in front of words of the language.</summary>
    public required string ClassName { get; init; }

    /// <summary>The namespace of the generated class; empty for the global one.</summary>
    public required string Namespace { get; init; }

    /// <summary>The Hugging Face <c>model_type</c> (<c>deepseek_v3</c>, <c>deepseek_v2</c>, <c>kimi_k2</c> ...).</summary>
    public required string Family { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Decoder blocks of the main model.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Rows of the embedding and of the head.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Longest context the position encoding is declared for.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Width of the dense feed-forward blocks.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Epsilon of the block and final norms. The latent norms use <see cref="AttentionSpec.LatentNormEps"/>.</summary>
    public required double RmsNormEps { get; init; }

    /// <summary>True when the head shares the embedding's tensor.</summary>
    public required bool TieWordEmbeddings { get; init; }

    public required AttentionSpec Attention { get; init; }

    public required RopeSpec Rope { get; init; }

    /// <summary>Null for a dense model.</summary>
    public required MixtureOfExpertsSpec? Experts { get; init; }

    /// <summary>Multi-token-prediction modules at layer index <see cref="NumHiddenLayers"/> and up; 0 for none.</summary>
    public required int NumNextnPredictLayers { get; init; }

    public required FormatSpec Formats { get; init; }

    /// <summary>Whether the training pass is compiled too: gradients of every tensor, masters in float32.</summary>
    public bool Trainable { get; init; }

    /// <summary>What the training pass multiplies in the projections of attention and feed-forward blocks.</summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary>Whether a block of the main model (or an MTP block, which follow them) is an expert block.</summary>
    public bool IsExpertLayer(int layer) =>
        Experts is { } e && (layer >= NumHiddenLayers || (layer >= e.FirstKDenseReplace && layer % e.MoeLayerFreq == 0));
}
