using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Cli.Lab;

/// <summary>The laboratory's variants: each changes one thing of a small DeepSeek-V3.</summary>
internal static class LabVariants
{
    /// <summary>The name of what everything is compared with.</summary>
    public const string Base = "MLA, bias, MTP";

    private const int Rope = 16;
    private const int Latent = 32;

    private static readonly TrainingSettings s_settings = new() { Batch = 8, MicroBatch = 8, Length = 512, LearningRate = 0.005 };

    /// <summary>All variants, the base first.</summary>
    /// <param name="config">config.json that vocabulary, formats and epsilon are taken from.</param>
    public static IReadOnlyList<LabVariant> All(string config)
    {
        var model = Small(CheckpointSpec.ReadConfig(config));
        LabVariant Attention(string name, int heads, int keyValueHeads, int size) =>
            new("attention", name, model with { Attention = new GroupedQueryAttentionSpec { NumAttentionHeads = heads, NumKeyValueHeads = keyValueHeads, HeadDim = size } }, s_settings);
        return
        [
            new("base", Base, model, s_settings),

            // A row of the latent cache is 32 + 16 numbers; keys and values of the others take as many.
            Attention("MHA, equal cache", 3, 3, 8), Attention("GQA, equal cache", 4, 2, 12), Attention("MQA, equal cache", 4, 1, 24),

            // 96 x 256 weights in each of them; the latent one has 24,704.
            Attention("MHA, equal weights", 4, 4, 16), Attention("GQA, equal weights", 6, 2, 16), Attention("MQA, equal weights", 7, 1, 16),
            new("routing", "no balancing", model, s_settings with { BalanceRate = 0 }),
            new("routing", "balance loss 0.003 alone", model, s_settings with { BalanceRate = 0, BalanceLoss = 0.003 }),
            new("objective", "next token alone", model with { NumNextnPredictLayers = 0 }, s_settings),
        ];
    }

    private static ModelSpec Small(ModelSpec model) => model with
    {
        HiddenSize = 96, NumHiddenLayers = 3, IntermediateSize = 256,
        Attention = new LatentAttentionSpec { NumAttentionHeads = 4, QLoraRank = 44, KvLoraRank = Latent, QkNopeHeadDim = 16, QkRopeHeadDim = Rope, VHeadDim = 16 },
        Experts = model.Experts! with { NRoutedExperts = 16, NumExpertsPerTok = 4, NSharedExperts = 1, MoeIntermediateSize = 32, NGroup = 1, TopkGroup = 1, FirstKDenseReplace = 1 },
    };
}
