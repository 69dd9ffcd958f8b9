namespace DeepSeekCompiler;

/// <summary>Declares a model: the generator writes the other half of the partial class.</summary>
/// <remarks>Property names are the Hugging Face config keys in PascalCase. Sizes are never guessed.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModelAttribute : Attribute
{
    /// <summary>
    /// The Hugging Face <c>model_type</c>: <c>deepseek_v2</c>, <c>deepseek_v3</c> (when not set), <c>kimi_k2</c> or <c>glm4_moe_lite</c>.
    /// Decides what values mean that are not set: see each of them.
    /// </summary>
    public string ModelType { get; set; } = "deepseek_v3";

    /// <summary>Width of the residual stream. Required.</summary>
    public int HiddenSize { get; set; }

    /// <summary>Decoder blocks of the main model. Required.</summary>
    public int NumHiddenLayers { get; set; }

    /// <summary>Rows of the embedding and of the head. Required.</summary>
    public int VocabSize { get; set; }

    /// <summary>Longest context, in tokens, that the position encoding is declared for. When not set, the default of the model type.</summary>
    public int MaxPositionEmbeddings { get; set; }

    /// <summary>Width of the dense feed-forward blocks. Required.</summary>
    public int IntermediateSize { get; set; }

    /// <summary>
    /// Epsilon of the block norms and of the final norm; when not set, 1e-6 (1e-5 for glm4_moe_lite). The norms inside latent attention always
    /// use 1e-6, as published.
    /// </summary>
    public double RmsNormEps { get; set; }

    /// <summary>Whether the head shares the embedding's tensor.</summary>
    public bool TieWordEmbeddings { get; set; }
}
