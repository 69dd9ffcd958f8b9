namespace DeepSeekCompiler.Models;

/// <summary>Kimi-K2-Instruct: 1 T parameters, 32 B active; DeepSeek-V3 with half the heads, 384 experts in one group and no prediction module.</summary>
/// <remarks>The first release (context 131072). Its YaRN ramp has no width: both betas are 1.</remarks>
[Variant(
    BasedOn = typeof(DeepSeekV3), ModelType = "kimi_k2", VocabSize = 163840, MaxPositionEmbeddings = 131072, NumAttentionHeads = 64,
    NRoutedExperts = 384, NGroup = 1, TopkGroup = 1, RoutedScalingFactor = 2.827, FirstKDenseReplace = 1, NumNextnPredictLayers = 0,
    RopeTheta = 50000, YarnFactor = 32, YarnBetaFast = 1)]
public sealed partial class KimiK2;
