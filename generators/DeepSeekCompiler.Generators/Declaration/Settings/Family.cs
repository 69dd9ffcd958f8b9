using System.Collections.Generic;
using System.Linq;

namespace DeepSeekCompiler.Generators.Declaration.Settings;

using static SettingNames;

/// <summary>A Hugging Face model type: its architecture names and the defaults of its configuration class.</summary>
public sealed class Family
{
    /// <summary>The published families. A new one enters here.</summary>
    public static readonly IReadOnlyList<Family> All =
    [
        // configuration_deepseek.py of DeepSeek-V2. Its code scales only weights that it did not normalise.
        new("deepseek_v2", ["DeepseekV2ForCausalLM"], new()
        {
            [QLoraRank] = 1536, [KvLoraRank] = 512, [QkNopeHeadDim] = 128, [QkRopeHeadDim] = 64, [VHeadDim] = 128,
            [NRoutedExperts] = 0, [NSharedExperts] = 0, [MoeIntermediateSize] = 1407, [NGroup] = 1, [TopkGroup] = 1,
            [ScoringFunc] = 0, [TopkMethod] = 0, [NormTopkProb] = 0, [RoutedScalingFactor] = 1, [ScaleNormalizedWeights] = 0,
            [FirstKDenseReplace] = 0, [MaxPositionEmbeddings] = 2048, [RmsNormEps] = 1e-6,
        }),
        new("deepseek_v3", ["DeepseekV3ForCausalLM"], V3()),

        // Kimi-K2 ships DeepSeek-V3's configuration and modelling code under a name of its own.
        new("kimi_k2", ["DeepseekV3ForCausalLM", "KimiK2ForCausalLM"], V3()),

        // configuration_glm4_moe_lite.py: GLM-4.7-Flash, V3's attention and router with other defaults.
        new("glm4_moe_lite", ["Glm4MoeLiteForCausalLM"], new()
        {
            [QLoraRank] = 768, [KvLoraRank] = 512, [QkNopeHeadDim] = 192, [QkRopeHeadDim] = 64, [VHeadDim] = 256,
            [NRoutedExperts] = 64, [NumExpertsPerTok] = 4, [NSharedExperts] = 1, [MoeIntermediateSize] = 1536, [NGroup] = 1, [TopkGroup] = 1,
            [ScoringFunc] = 1, [TopkMethod] = 2, [NormTopkProb] = 1, [RoutedScalingFactor] = 1.8, [ScaleNormalizedWeights] = 1,
            [FirstKDenseReplace] = 1, [MaxPositionEmbeddings] = 202752, [RmsNormEps] = 1e-5,
        }),
    ];

    // What attributes mean by silence: nothing that changes a shape comes from a family there.
    private static readonly Dictionary<string, double> Plain = new()
    {
        [QLoraRank] = 0, [NSharedExperts] = 0, [NGroup] = 1, [TopkGroup] = 1, [RoutedScalingFactor] = 1, [FirstKDenseReplace] = 0,
    };

    // What every family has in common.
    private static readonly Dictionary<string, double> Common = new()
    {
        [TieWordEmbeddings] = 0, [RopeTheta] = 10000, [MoeLayerFreq] = 1, [NumNextnPredictLayers] = 0,
        [YarnOriginalMaxPositionEmbeddings] = 4096, [YarnBetaFast] = 32, [YarnBetaSlow] = 1, [YarnMscale] = 1, [YarnMscaleAllDim] = 0,
        [LinearFormat] = (int)Spec.NumberFormat.BF16, [OtherFormat] = (int)Spec.NumberFormat.BF16,
        [BiasFormat] = 0, [CacheFormat] = 0, [SplitActivations] = 0, [Fp8Policy] = 0, [WeightBlockSize] = Spec.FormatSpec.Block, [PowerOfTwoScales] = 0, [TrainingPrecision] = 0,
    };

    private static readonly string[] SaidByFamily =
        [ScoringFunc, TopkMethod, NormTopkProb, ScaleNormalizedWeights, MaxPositionEmbeddings, RmsNormEps];

    private readonly Dictionary<string, double> defaults;

    private Family(string modelType, string[] architectures, Dictionary<string, double> defaults)
    {
        ModelType = modelType;
        Architectures = architectures;
        this.defaults = defaults;
    }

    /// <summary>The <c>model_type</c>.</summary>
    public string ModelType { get; }

    /// <summary>The names that <c>architectures</c> may hold.</summary>
    public IReadOnlyList<string> Architectures { get; }

    /// <summary>The names of all families, for messages.</summary>
    public static string Known => string.Join(", ", All.Select(f => f.ModelType));

    /// <summary>The family, or null.</summary>
    public static Family? Find(string modelType) => All.FirstOrDefault(f => f.ModelType == modelType);

    /// <summary>Fills in what a configuration file leaves out.</summary>
    public void CompleteConfig(SettingSet set) => Complete(set, defaults, Common);

    /// <summary>Fills in what attributes leave out: sizes are never guessed.</summary>
    public void CompleteAttributes(SettingSet set) =>
        Complete(set, defaults.Where(d => SaidByFamily.Contains(d.Key)), Plain, Common);

    private static void Complete(SettingSet set, params IEnumerable<KeyValuePair<string, double>>[] tables)
    {
        foreach (var entry in tables.SelectMany(t => t))
        {
            set.Default(entry.Key, entry.Value);
        }
    }

    private static Dictionary<string, double> V3() => new()
    {
        [QLoraRank] = 1536, [KvLoraRank] = 512, [QkNopeHeadDim] = 128, [QkRopeHeadDim] = 64, [VHeadDim] = 128,
        [NRoutedExperts] = 256, [NumExpertsPerTok] = 8, [NSharedExperts] = 1, [MoeIntermediateSize] = 2048, [NGroup] = 8, [TopkGroup] = 4,
        [ScoringFunc] = 1, [TopkMethod] = 2, [NormTopkProb] = 1, [RoutedScalingFactor] = 2.5, [ScaleNormalizedWeights] = 1,
        [FirstKDenseReplace] = 3, [MaxPositionEmbeddings] = 4096, [RmsNormEps] = 1e-6,
    };
}
