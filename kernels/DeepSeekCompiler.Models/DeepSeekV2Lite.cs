namespace DeepSeekCompiler.Models;

/// <summary>DeepSeek-V2-Lite: 15.7 B parameters, 2.4 B active; queries without a latent, softmax scores, greedy selection.</summary>
[Model(ModelType = "deepseek_v2", HiddenSize = 2048, NumHiddenLayers = 27, VocabSize = 102400, MaxPositionEmbeddings = 163840, IntermediateSize = 10944)]
[LatentAttention(NumAttentionHeads = 16, KvLoraRank = 512, QkNopeHeadDim = 128, QkRopeHeadDim = 64, VHeadDim = 128)]
[MixtureOfExperts(NRoutedExperts = 64, NumExpertsPerTok = 6, NSharedExperts = 2, MoeIntermediateSize = 1408, FirstKDenseReplace = 1)]
[Yarn(Factor = 40, OriginalMaxPositionEmbeddings = 4096, Mscale = 0.707, MscaleAllDim = 0.707)]
public sealed partial class DeepSeekV2Lite;
