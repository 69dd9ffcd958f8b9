namespace DeepSeekCompiler.Models;

/// <summary>DeepSeek-V3 and R1: 671 B parameters, 37 B active, FP8 matrices; 256 experts with a correction bias; one prediction module.</summary>
[Model(HiddenSize = 7168, NumHiddenLayers = 61, VocabSize = 129280, MaxPositionEmbeddings = 163840, IntermediateSize = 18432)]
[LatentAttention(NumAttentionHeads = 128, QLoraRank = 1536, KvLoraRank = 512, QkNopeHeadDim = 128, QkRopeHeadDim = 64, VHeadDim = 128)]
[MixtureOfExperts(
    NRoutedExperts = 256, NumExpertsPerTok = 8, NSharedExperts = 1, MoeIntermediateSize = 2048, NGroup = 8, TopkGroup = 4,
    RoutedScalingFactor = 2.5, FirstKDenseReplace = 3)]
[MultiTokenPrediction(NumNextnPredictLayers = 1)]
[Yarn(Factor = 40, OriginalMaxPositionEmbeddings = 4096, Mscale = 1, MscaleAllDim = 1)]
[Fp8]
public sealed partial class DeepSeekV3;
