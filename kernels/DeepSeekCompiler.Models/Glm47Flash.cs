namespace DeepSeekCompiler.Models;

/// <summary>GLM-4.7-Flash: 30 B parameters, 3 B active; 20 heads with nope 192 and value 256, all 64 experts in one group.</summary>
/// <remarks>
/// What differs and is left out: its tokenizer, chat template and reasoning tokens are GLM's own. Layers, router and norms are those of
/// DeepSeek-V3: the published code derives its attention class from that one and ignores the prediction module at layer 47, which is here.
/// </remarks>
[Model(
    ModelType = "glm4_moe_lite", HiddenSize = 2048, NumHiddenLayers = 47, VocabSize = 154880, MaxPositionEmbeddings = 202752, IntermediateSize = 10240,
    RmsNormEps = 1e-5)]
[LatentAttention(NumAttentionHeads = 20, QLoraRank = 768, KvLoraRank = 512, QkNopeHeadDim = 192, QkRopeHeadDim = 64, VHeadDim = 256)]
[MixtureOfExperts(
    NRoutedExperts = 64, NumExpertsPerTok = 4, NSharedExperts = 1, MoeIntermediateSize = 1536, RoutedScalingFactor = 1.8, FirstKDenseReplace = 1)]
[MultiTokenPrediction(NumNextnPredictLayers = 1)]
[Rope(Theta = 1000000)]
public sealed partial class Glm47Flash;
