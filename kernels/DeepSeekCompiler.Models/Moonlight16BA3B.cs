namespace DeepSeekCompiler.Models;

/// <summary>Moonlight-16B-A3B: 16 B parameters, 3 B active; the shape of DeepSeek-V2-Lite with the router of DeepSeek-V3.</summary>
[Model(HiddenSize = 2048, NumHiddenLayers = 27, VocabSize = 163840, MaxPositionEmbeddings = 8192, IntermediateSize = 11264, RmsNormEps = 1e-5)]
[LatentAttention(NumAttentionHeads = 16, KvLoraRank = 512, QkNopeHeadDim = 128, QkRopeHeadDim = 64, VHeadDim = 128)]
[MixtureOfExperts(
    NRoutedExperts = 64, NumExpertsPerTok = 6, NSharedExperts = 2, MoeIntermediateSize = 1408, RoutedScalingFactor = 2.446, FirstKDenseReplace = 1)]
[Rope(Theta = 50000)]
public sealed partial class Moonlight16BA3B;
