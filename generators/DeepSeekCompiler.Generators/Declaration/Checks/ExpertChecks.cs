using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

using static Settings.SettingNames;

/// <summary>Counts, groups and selection of experts.</summary>
internal static class ExpertChecks
{
    internal static IEnumerable<Problem> Check(ModelSpec spec, MixtureOfExpertsSpec experts)
    {
        var sizes = new[]
        {
            SizeChecks.Size(NRoutedExperts, experts.NRoutedExperts, most: 1 << 16),
            SizeChecks.Size(NumExpertsPerTok, experts.NumExpertsPerTok, most: 1 << 16),
            SizeChecks.Size(NSharedExperts, experts.NSharedExperts, least: 0, most: 1 << 12),
            SizeChecks.Size(MoeIntermediateSize, experts.MoeIntermediateSize, most: KernelChecks.MostWidth),
            SizeChecks.Size(NGroup, experts.NGroup, most: 1 << 16),
            SizeChecks.Size(TopkGroup, experts.TopkGroup, most: 1 << 16),
            SizeChecks.Size(FirstKDenseReplace, experts.FirstKDenseReplace, least: 0),
            SizeChecks.Size(MoeLayerFreq, experts.MoeLayerFreq),
            SizeChecks.Positive(RoutedScalingFactor, experts.RoutedScalingFactor),
        }.OfType<Problem>().ToList();

        // The relations below only mean something between sizes that are sizes.
        return sizes.Count > 0 ? sizes : Selection(experts).Concat(Layers(spec, experts)).OfType<Problem>();
    }

    private static IEnumerable<Problem?> Selection(MixtureOfExpertsSpec e)
    {
        var divides = e.NRoutedExperts % e.NGroup == 0;
        var perGroup = e.NRoutedExperts / e.NGroup;
        var grouped = e.TopkMethod != Spec.TopkMethod.Greedy;
        var kept = grouped ? perGroup * e.TopkGroup : e.NRoutedExperts;

        if (!divides)
        {
            yield return new(ProblemCode.ExpertGroups, NGroup, $"NGroup is {e.NGroup}, which does not divide the {e.NRoutedExperts} routed experts.");
        }

        if (e.TopkGroup > e.NGroup)
        {
            yield return new(ProblemCode.KeptGroups, TopkGroup, $"TopkGroup is {e.TopkGroup}, but there are only {e.NGroup} groups (NGroup).");
        }
        else if (e.NumExpertsPerTok > e.NRoutedExperts)
        {
            yield return new(
                ProblemCode.ActiveExperts, NumExpertsPerTok, $"NumExpertsPerTok is {e.NumExpertsPerTok}, but there are only {e.NRoutedExperts} routed experts.");
        }
        else if (divides && e.NumExpertsPerTok > kept)
        {
            yield return new(
                ProblemCode.ActiveExperts,
                NumExpertsPerTok,
                $"NumExpertsPerTok is {e.NumExpertsPerTok}, but the {e.TopkGroup} kept groups of {perGroup} experts hold only {kept}.");
        }

        if (divides && e.TopkMethod == Spec.TopkMethod.NoAuxTc && e.NGroup > 1 && perGroup < 2)
        {
            yield return new(
                ProblemCode.GroupScore,
                NGroup,
                $"NGroup is {e.NGroup}, one expert a group; NoAuxTc scores a group by its two best experts, so a group needs at least 2.");
        }
    }

    private static IEnumerable<Problem?> Layers(ModelSpec spec, MixtureOfExpertsSpec e)
    {
        if (spec.NumHiddenLayers > 0 && e.FirstKDenseReplace > spec.NumHiddenLayers)
        {
            yield return new(
                ProblemCode.DenseLayers,
                FirstKDenseReplace,
                $"FirstKDenseReplace is {e.FirstKDenseReplace}, but the model has only {spec.NumHiddenLayers} layers (NumHiddenLayers).");
        }
    }
}
