namespace DeepSeekCompiler.Generators.Declaration.Settings;

/// <summary>Names of settings: the properties of the attributes, flat as in <c>[Variant]</c>.</summary>
public static class SettingNames
{
    public const string ModelType = "ModelType";
    public const string HiddenSize = "HiddenSize";
    public const string NumHiddenLayers = "NumHiddenLayers";
    public const string VocabSize = "VocabSize";
    public const string MaxPositionEmbeddings = "MaxPositionEmbeddings";
    public const string IntermediateSize = "IntermediateSize";
    public const string RmsNormEps = "RmsNormEps";
    public const string TieWordEmbeddings = "TieWordEmbeddings";

    public const string NumAttentionHeads = "NumAttentionHeads";
    public const string QLoraRank = "QLoraRank";
    public const string KvLoraRank = "KvLoraRank";
    public const string QkNopeHeadDim = "QkNopeHeadDim";
    public const string QkRopeHeadDim = "QkRopeHeadDim";
    public const string VHeadDim = "VHeadDim";
    public const string NumKeyValueHeads = "NumKeyValueHeads";
    public const string HeadDim = "HeadDim";

    public const string NRoutedExperts = "NRoutedExperts";
    public const string NumExpertsPerTok = "NumExpertsPerTok";
    public const string NSharedExperts = "NSharedExperts";
    public const string MoeIntermediateSize = "MoeIntermediateSize";
    public const string NGroup = "NGroup";
    public const string TopkGroup = "TopkGroup";
    public const string ScoringFunc = "ScoringFunc";
    public const string TopkMethod = "TopkMethod";
    public const string NormTopkProb = "NormTopkProb";
    public const string RoutedScalingFactor = "RoutedScalingFactor";
    public const string ScaleNormalizedWeights = "ScaleNormalizedWeights";
    public const string FirstKDenseReplace = "FirstKDenseReplace";
    public const string MoeLayerFreq = "MoeLayerFreq";

    public const string NumNextnPredictLayers = "NumNextnPredictLayers";

    public const string RopeTheta = "RopeTheta";
    public const string YarnFactor = "YarnFactor";
    public const string YarnOriginalMaxPositionEmbeddings = "YarnOriginalMaxPositionEmbeddings";
    public const string YarnBetaFast = "YarnBetaFast";
    public const string YarnBetaSlow = "YarnBetaSlow";
    public const string YarnMscale = "YarnMscale";
    public const string YarnMscaleAllDim = "YarnMscaleAllDim";

    public const string LinearFormat = "LinearFormat";
    public const string OtherFormat = "OtherFormat";
    public const string HeadFormat = "HeadFormat";
    public const string BiasFormat = "BiasFormat";
    public const string CacheFormat = "CacheFormat";
    public const string SplitActivations = "SplitActivations";
    public const string Fp8Policy = "Fp8Policy";
    public const string WeightBlockSize = "WeightBlockSize";
    public const string PowerOfTwoScales = "PowerOfTwoScales";
    public const string TrainingPrecision = "TrainingPrecision";

    /// <summary>Present sections: 1 when the section is there, 0 when a variant takes it away.</summary>
    public const string LatentAttention = "LatentAttention";
    public const string GroupedQueryAttention = "GroupedQueryAttention";
    public const string MixtureOfExperts = "MixtureOfExperts";
    public const string Yarn = "Yarn";
    public const string Trainable = "Trainable";
}
