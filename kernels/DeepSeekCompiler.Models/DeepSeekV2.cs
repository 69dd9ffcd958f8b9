namespace DeepSeekCompiler.Models;

/// <summary>DeepSeek-V2: 236 B parameters, 21 B active; queries through a latent, experts of three of eight groups, weights times 16.</summary>
[Variant(
    BasedOn = typeof(DeepSeekV2Lite), HiddenSize = 5120, NumHiddenLayers = 60, IntermediateSize = 12288, NumAttentionHeads = 128, QLoraRank = 1536,
    NRoutedExperts = 160, MoeIntermediateSize = 1536, TopkMethod = TopkMethod.GroupLimitedGreedy, NGroup = 8, TopkGroup = 3, RoutedScalingFactor = 16)]
public sealed partial class DeepSeekV2;
