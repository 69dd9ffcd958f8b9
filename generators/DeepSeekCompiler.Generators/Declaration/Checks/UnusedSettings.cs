using System.Collections.Generic;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Declaration.Symbols;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

using static SettingNames;

/// <summary>Values that the model they are said of has no use for: mostly variants of a model without that section.</summary>
internal static class UnusedSettings
{
    /// <summary>The settings of <paramref name="own"/>, the class itself, that have no effect in <paramref name="set"/>.</summary>
    internal static IEnumerable<Problem> Find(SettingSet set, EquatableArray<Setting> own)
    {
        foreach (var setting in own)
        {
            if (Reason(set, setting) is { } reason)
            {
                yield return new(ProblemCode.UnusedSetting, setting.Name, $"{setting.Name} has no effect: {reason}.");
            }
        }
    }

    private static string? Reason(SettingSet set, Setting setting)
    {
        var section = AttributeTable.OwnerOf(setting.Name);
        if (section is LatentAttention or GroupedQueryAttention or MixtureOfExperts or Yarn or Trainable
            && setting.Name != NumAttentionHeads && setting.Name != section && !set.On(section))
        {
            return section == Trainable ? "the model is not [Trainable]" : $"the model has no {section}";
        }

        if (setting is { Name: NGroup or TopkGroup, Number: not 1 } && set.Find(SettingNames.TopkMethod) is { Number: (int)Spec.TopkMethod.Greedy })
        {
            return "Greedy selection looks at no groups";
        }

        return setting.Name == WeightBlockSize && set.Find(LinearFormat) is not { Number: (int)NumberFormat.E4M3 } ? "the matrices are not FP8" : null;
    }
}
