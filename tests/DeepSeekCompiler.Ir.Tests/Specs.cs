using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>Small models with ragged shapes, drawn from a seed.</summary>
internal static class Specs
{
    public static ModelSpec Random(int seed)
    {
        var random = new Random(seed);
        int Pick(params int[] values) => values[random.Next(values.Length)];
        var linear = (NumberFormat)Pick((int)NumberFormat.F32, (int)NumberFormat.BF16, (int)NumberFormat.F16, (int)NumberFormat.E4M3);
        int heads = Pick(1, 3, 4, 5), groups = Pick(1, 2, 4), size = Pick(2, 3);
        AttentionSpec attention = random.Next(3) == 0
            ? new GroupedQueryAttentionSpec { NumAttentionHeads = heads, NumKeyValueHeads = random.Next(2) == 0 ? 1 : heads, HeadDim = Pick(2, 10, 16) }
            : new LatentAttentionSpec { NumAttentionHeads = heads, QLoraRank = Pick(0, 5, 40, 72), KvLoraRank = Pick(1, 17, 32, 50), QkNopeHeadDim = Pick(1, 8, 13, 32), QkRopeHeadDim = Pick(2, 8, 16), VHeadDim = Pick(1, 10, 24) };
        return new ModelSpec
        {
            ClassName = "Random", Namespace = "", Family = "deepseek_v3", HiddenSize = Pick(1, 33, 64, 136, 150), NumHiddenLayers = 2, VocabSize = 23, MaxPositionEmbeddings = 256,
            IntermediateSize = Pick(1, 50, 96, 130), RmsNormEps = 1e-6, TieWordEmbeddings = false, Attention = attention, Rope = new RopeSpec { Theta = 10000, Yarn = null },
            Experts = new MixtureOfExpertsSpec
            {
                NRoutedExperts = groups * size, NumExpertsPerTok = Pick(1, 2), NSharedExperts = Pick(0, 1), MoeIntermediateSize = Pick(1, 21, 40, 129), NGroup = groups, TopkGroup = Math.Min(groups, 2),
                ScoringFunc = (ScoringFunc)random.Next(2), TopkMethod = (TopkMethod)random.Next(3), NormTopkProb = random.Next(2) == 0, RoutedScalingFactor = 2.5, FirstKDenseReplace = 1, MoeLayerFreq = 1,
            },
            NumNextnPredictLayers = random.Next(2),
            Formats = new FormatSpec { Linear = linear, Other = linear == NumberFormat.E4M3 ? NumberFormat.BF16 : linear, Fp8 = (Fp8Policy)random.Next(2), Cache = (NumberFormat)(attention is LatentAttentionSpec ? Pick((int)NumberFormat.F32, (int)NumberFormat.BF16, (int)NumberFormat.E4M3) : Pick((int)NumberFormat.F32, (int)NumberFormat.BF16)) },
        };
    }
}
