using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler;

/// <summary>Declares a model as another one with single values changed. Other attributes on the class replace values too.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class VariantAttribute : Attribute
{
    /// <summary>
    /// The model that this one differs from: a class with <see cref="ModelAttribute"/>, <see cref="ModelFromConfigAttribute"/> or this
    /// attribute. Required.
    /// </summary>
    public Type? BasedOn { get; set; }

    /// <summary>The Hugging Face <c>model_type</c>.</summary>
    public string? ModelType { get; set; }

    /// <summary>Width of the residual stream.</summary>
    public int HiddenSize { get; set; }

    /// <summary>Decoder blocks of the main model.</summary>
    public int NumHiddenLayers { get; set; }

    /// <summary>Rows of the embedding and of the head.</summary>
    public int VocabSize { get; set; }

    /// <summary>Longest context, in tokens, that the position encoding is declared for.</summary>
    public int MaxPositionEmbeddings { get; set; }

    /// <summary>Width of the dense feed-forward blocks.</summary>
    public int IntermediateSize { get; set; }

    /// <summary>Epsilon of the block norms and of the final norm. The norms inside latent attention always use 1e-6, as published.</summary>
    public double RmsNormEps { get; set; }

    /// <summary>Whether the head shares the embedding's tensor.</summary>
    public bool TieWordEmbeddings { get; set; }

    /// <summary>Query heads.</summary>
    public int NumAttentionHeads { get; set; }

    /// <summary>Rank of the query latent; 0 when queries are projected directly (<c>q_lora_rank: null</c>, as in V2-Lite).</summary>
    public int QLoraRank { get; set; }

    /// <summary>Rank of the key/value latent, the part of the cache that all heads share.</summary>
    public int KvLoraRank { get; set; }

    /// <summary>Numbers of a query/key head that do not rotate.</summary>
    public int QkNopeHeadDim { get; set; }

    /// <summary>Numbers of a query/key head that rotate; even.</summary>
    public int QkRopeHeadDim { get; set; }

    /// <summary>Numbers of a value head.</summary>
    public int VHeadDim { get; set; }

    /// <summary>
    /// Key/value heads; divides <see cref="NumAttentionHeads"/>. 1 is multi-query attention; as many as query heads is multi-head attention.
    /// </summary>
    public int NumKeyValueHeads { get; set; }

    /// <summary>Numbers of a query, key or value head; all of them rotate, so it is even.</summary>
    public int HeadDim { get; set; }

    /// <summary>Routed experts of an expert block.</summary>
    public int NRoutedExperts { get; set; }

    /// <summary>Experts that each token is sent to.</summary>
    public int NumExpertsPerTok { get; set; }

    /// <summary>Experts that see every token; computed as one block of width <c>MoeIntermediateSize * NSharedExperts</c>.</summary>
    public int NSharedExperts { get; set; }

    /// <summary>Width of one expert.</summary>
    public int MoeIntermediateSize { get; set; }

    /// <summary>Groups that the routed experts are divided into.</summary>
    public int NGroup { get; set; }

    /// <summary>Groups that are kept for a token.</summary>
    public int TopkGroup { get; set; }

    /// <summary>What turns router logits into scores.</summary>
    public ScoringFunc ScoringFunc { get; set; }

    /// <summary>How experts are chosen by their scores.</summary>
    public TopkMethod TopkMethod { get; set; }

    /// <summary>Whether the chosen weights are divided by their sum.</summary>
    public bool NormTopkProb { get; set; }

    /// <summary>Multiplies the chosen weights.</summary>
    public double RoutedScalingFactor { get; set; }

    /// <summary>
    /// Whether <c>RoutedScalingFactor</c> also applies to normalised weights: the published V3 code does so (true), the V2 code does not
    /// (false).
    /// </summary>
    public bool ScaleNormalizedWeights { get; set; }

    /// <summary>Blocks at the start that have one dense feed-forward block instead of experts.</summary>
    public int FirstKDenseReplace { get; set; }

    /// <summary>Every so many blocks, counted from block 0, have experts.</summary>
    public int MoeLayerFreq { get; set; }

    /// <summary>Modules; 0 or 1.</summary>
    public int NumNextnPredictLayers { get; set; }

    /// <summary>Base of the rotation frequencies.</summary>
    public double RopeTheta { get; set; }

    /// <summary>How many times longer than the original the context is.</summary>
    public double YarnFactor { get; set; }

    /// <summary>Context length, in tokens, before the extension.</summary>
    public int YarnOriginalMaxPositionEmbeddings { get; set; }

    /// <summary>Rotations over the original context above which a frequency is left as it is.</summary>
    public double YarnBetaFast { get; set; }

    /// <summary>Rotations over the original context below which a frequency is divided by the factor.</summary>
    public double YarnBetaSlow { get; set; }

    /// <summary>Scales cos and sin, as the ratio m(Mscale) / m(MscaleAllDim), where m(x) = 0.1 x ln(Factor) + 1.</summary>
    public double YarnMscale { get; set; }

    /// <summary>Scales the softmax by m(MscaleAllDim) squared; 0 leaves it alone.</summary>
    public double YarnMscaleAllDim { get; set; }

    /// <summary>Matrices of attention and feed-forward blocks.</summary>
    public StorageFormat LinearFormat { get; set; }

    /// <summary>Embedding, norms, router weights and eh_proj.</summary>
    public StorageFormat OtherFormat { get; set; }

    /// <summary>The heads, E4M3 included; as <see cref="OtherFormat"/> where it is not given. An FP8 head halves the bytes of what is often the largest matrix of a step.</summary>
    public StorageFormat HeadFormat { get; set; }

    /// <summary>The correction bias of the router; float32 or bfloat16.</summary>
    public StorageFormat BiasFormat { get; set; }

    /// <summary>The KV cache: float32, bfloat16, or for latent attention E4M3 or I16; see <see cref="FormatsAttribute.Cache"/>.</summary>
    public StorageFormat CacheFormat { get; set; }

    /// <summary>Whether prompts keep more of an activation's fraction; see <see cref="FormatsAttribute.SplitActivations"/>.</summary>
    public bool SplitActivations { get; set; }

    /// <summary>Whether activations in front of FP8 weights are quantised too.</summary>
    public Fp8Policy Fp8Policy { get; set; }

    /// <summary>What the training pass of a <see cref="TrainableAttribute"/> base multiplies.</summary>
    public TrainingPrecision TrainingPrecision { get; set; }

    /// <summary>Rows and columns that share one scale; 128, as published, is the only size there are kernels for.</summary>
    public int WeightBlockSize { get; set; }

    /// <summary>False takes away the YaRN of the base; true adds it.</summary>
    public bool Yarn { get; set; }

    /// <summary>False takes away the experts of the base: every block is dense.</summary>
    public bool MixtureOfExperts { get; set; }
}
