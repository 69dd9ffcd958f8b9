using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Settings;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

using static SettingNames;

/// <summary>The attributes: their names, and which setting each of their properties is.</summary>
internal static class AttributeTable
{
    internal const string Namespace = "DeepSeekCompiler";
    internal const string Model = "Model";
    internal const string Variant = "Variant";
    internal const string ModelFromConfig = "ModelFromConfig";
    internal const string MultiTokenPrediction = "MultiTokenPrediction";
    internal const string Rope = "Rope";
    internal const string Formats = "Formats";
    internal const string Fp8 = "Fp8";

    /// <summary>The attributes one of which every model has.</summary>
    internal static readonly string[] Roots = [Model, Variant, ModelFromConfig];

    // NumAttentionHeads belongs to both kinds of attention; its place is looked up by the property first.
    private static readonly Dictionary<string, string[]> Owned = new()
    {
        [Model] = [ModelType, HiddenSize, NumHiddenLayers, VocabSize, MaxPositionEmbeddings, IntermediateSize, RmsNormEps, TieWordEmbeddings],
        [LatentAttention] = [NumAttentionHeads, QLoraRank, KvLoraRank, QkNopeHeadDim, QkRopeHeadDim, VHeadDim],
        [GroupedQueryAttention] = [NumKeyValueHeads, HeadDim],
        [MixtureOfExperts] =
        [
            NRoutedExperts, NumExpertsPerTok, NSharedExperts, MoeIntermediateSize, NGroup, TopkGroup, ScoringFunc, TopkMethod, NormTopkProb,
            RoutedScalingFactor, ScaleNormalizedWeights, FirstKDenseReplace, MoeLayerFreq,
        ],
        [MultiTokenPrediction] = [NumNextnPredictLayers],
        [Rope] = [RopeTheta],
        [SettingNames.Yarn] = [YarnFactor, YarnOriginalMaxPositionEmbeddings, YarnBetaFast, YarnBetaSlow, YarnMscale, YarnMscaleAllDim],
        [Formats] = [OtherFormat, HeadFormat, BiasFormat, CacheFormat, LinearFormat, SplitActivations],
        [Fp8] = [Fp8Policy, WeightBlockSize],
        [SettingNames.Trainable] = [TrainingPrecision],
        [Variant] = [],
        [ModelFromConfig] = [],
    };

    /// <summary>All attribute names, without the suffix.</summary>
    internal static IEnumerable<string> Names => Owned.Keys;

    /// <summary>The metadata name of an attribute.</summary>
    internal static string MetadataName(string name) => $"{Namespace}.{name}Attribute";

    /// <summary>The attribute that a setting naturally stands in, itself where an attribute is the setting, or an empty name.</summary>
    internal static string OwnerOf(string setting) => Owned.ContainsKey(setting) ? setting : Owned.FirstOrDefault(o => o.Value.Contains(setting)).Key ?? string.Empty;

    /// <summary>The setting that a property of an attribute is.</summary>
    internal static string SettingOf(string attribute, string property) => attribute switch
    {
        Rope => "Rope" + property,
        SettingNames.Yarn => "Yarn" + property,
        Formats when property != SplitActivations => property + "Format",
        Fp8 when property == "Policy" => Fp8Policy,
        SettingNames.Trainable when property == "Precision" => TrainingPrecision,
        _ => property,
    };
}
