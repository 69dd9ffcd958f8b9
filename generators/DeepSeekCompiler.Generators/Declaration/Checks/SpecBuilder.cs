using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

using static SettingNames;

/// <summary>Turns complete settings into a specification, or says why that cannot be.</summary>
public static class SpecBuilder
{
    private static readonly string[] Always = [HiddenSize, NumHiddenLayers, VocabSize, IntermediateSize, NumAttentionHeads];
    private static readonly string[] Latent = [KvLoraRank, QkNopeHeadDim, QkRopeHeadDim, VHeadDim];
    private static readonly string[] Expert = [NRoutedExperts, NumExpertsPerTok, MoeIntermediateSize];

    /// <summary>Builds and checks the specification; the spec is null exactly when there are problems.</summary>
    public static (ModelSpec? Spec, EquatableArray<Problem> Problems) Build(SettingSet set, string className, string ns)
    {
        var problems = Missing(set).Concat(Values(set)).ToList();
        if (problems.Count > 0)
        {
            return (null, new(problems));
        }

        var spec = Assemble(set, className, ns);
        problems.AddRange(SpecValidator.Check(spec));
        return problems.Count > 0 ? (null, new(problems)) : (WithoutUnusedGroups(spec), default);
    }

    // Greedy selection looks at no groups; one spelling of that keeps kernels and caches free of the others.
    private static ModelSpec WithoutUnusedGroups(ModelSpec spec) =>
        spec.Experts is { TopkMethod: Spec.TopkMethod.Greedy } experts ? spec with { Experts = experts with { NGroup = 1, TopkGroup = 1 } } : spec;

    private static IEnumerable<Problem> Missing(SettingSet set)
    {
        var needed = Always.AsEnumerable();
        needed = set.On(LatentAttention) ? needed.Concat(Latent) : needed.Concat([HeadDim]);
        needed = set.On(MixtureOfExperts) ? needed.Concat(Expert) : needed;
        needed = set.On(Yarn) ? needed.Concat([YarnFactor]) : needed;
        return needed.Where(name => !set.Has(name))
            .Select(name => new Problem(ProblemCode.MissingSetting, name, $"{name} is missing: nothing sensible can be assumed for it."));
    }

    private static IEnumerable<Problem> Values(SettingSet set)
    {
        foreach (var (name, values) in Enumerations.All)
        {
            if (set.Find(name) is { } setting && !(setting.Number >= 0 && setting.Number < values.Count))
            {
                yield return new(ProblemCode.UnknownValue, name, $"{name} is {setting.Text}, which is not known; it can be {string.Join(", ", values)}.");
            }
        }

        if (set.Find(WeightBlockSize) is { } block && set.Find(LinearFormat) is { Number: (int)NumberFormat.E4M3 } && block.Number != FormatSpec.Block)
        {
            yield return new(
                ProblemCode.Fp8Block, WeightBlockSize, $"WeightBlockSize is {block.Text}; FP8 weights are supported in blocks of 128x128 only.");
        }
    }

    private static ModelSpec Assemble(SettingSet set, string className, string ns) => new()
    {
        ClassName = className,
        Namespace = ns,
        Family = set.Find(ModelType)!.Text,
        HiddenSize = Int(set, HiddenSize),
        NumHiddenLayers = Int(set, NumHiddenLayers),
        VocabSize = Int(set, VocabSize),
        MaxPositionEmbeddings = Int(set, MaxPositionEmbeddings),
        IntermediateSize = Int(set, IntermediateSize),
        RmsNormEps = Real(set, RmsNormEps),
        TieWordEmbeddings = set.On(TieWordEmbeddings),
        Attention = Attention(set),
        Rope = new() { Theta = Real(set, RopeTheta), Yarn = set.On(Yarn) ? YarnOf(set) : null },
        Experts = set.On(MixtureOfExperts) ? Experts(set) : null,
        NumNextnPredictLayers = Int(set, NumNextnPredictLayers),
        Formats = Formats(set),
        Trainable = set.On(Trainable),
        Precision = (TrainingPrecision)Int(set, SettingNames.TrainingPrecision),
    };

    private static AttentionSpec Attention(SettingSet set) => set.On(LatentAttention)
        ? new LatentAttentionSpec
        {
            NumAttentionHeads = Int(set, NumAttentionHeads),
            QLoraRank = Int(set, QLoraRank),
            KvLoraRank = Int(set, KvLoraRank),
            QkNopeHeadDim = Int(set, QkNopeHeadDim),
            QkRopeHeadDim = Int(set, QkRopeHeadDim),
            VHeadDim = Int(set, VHeadDim),
        }
        : new GroupedQueryAttentionSpec
        {
            NumAttentionHeads = Int(set, NumAttentionHeads),
            NumKeyValueHeads = set.Has(NumKeyValueHeads) ? Int(set, NumKeyValueHeads) : Int(set, NumAttentionHeads),
            HeadDim = Int(set, HeadDim),
        };

    private static YarnSpec YarnOf(SettingSet set) => new()
    {
        Factor = Real(set, YarnFactor),
        OriginalMaxPositionEmbeddings = Int(set, YarnOriginalMaxPositionEmbeddings),
        BetaFast = Real(set, YarnBetaFast),
        BetaSlow = Real(set, YarnBetaSlow),
        Mscale = Real(set, YarnMscale),
        MscaleAllDim = Real(set, YarnMscaleAllDim),
    };

    private static MixtureOfExpertsSpec Experts(SettingSet set) => new()
    {
        NRoutedExperts = Int(set, NRoutedExperts),
        NumExpertsPerTok = Int(set, NumExpertsPerTok),
        NSharedExperts = Int(set, NSharedExperts),
        MoeIntermediateSize = Int(set, MoeIntermediateSize),
        NGroup = Int(set, NGroup),
        TopkGroup = Int(set, TopkGroup),
        ScoringFunc = (ScoringFunc)Int(set, SettingNames.ScoringFunc),
        TopkMethod = (TopkMethod)Int(set, SettingNames.TopkMethod),
        NormTopkProb = set.On(NormTopkProb),
        RoutedScalingFactor = Real(set, RoutedScalingFactor),
        ScaleNormalizedWeights = set.On(ScaleNormalizedWeights),
        FirstKDenseReplace = Int(set, FirstKDenseReplace),
        MoeLayerFreq = Int(set, MoeLayerFreq),
    };

    private static FormatSpec Formats(SettingSet set)
    {
        var formats = StoredFormats(set);
        return set.Find(HeadFormat) is { } head ? formats with { Head = (NumberFormat)(int)head.Number } : formats;
    }

    private static FormatSpec StoredFormats(SettingSet set) => new()
    {
        Linear = (NumberFormat)Int(set, LinearFormat),
        Other = (NumberFormat)Int(set, OtherFormat),
        Bias = (NumberFormat)Int(set, BiasFormat),
        Cache = (NumberFormat)Int(set, CacheFormat),
        Fp8 = (Fp8Policy)Int(set, SettingNames.Fp8Policy),
        PowerOfTwoScales = set.On(PowerOfTwoScales),
        SplitActivations = set.On(SplitActivations),
    };

    private static int Int(SettingSet set, string name) => (int)Real(set, name);

    private static double Real(SettingSet set, string name) => set.Find(name)!.Number;
}
