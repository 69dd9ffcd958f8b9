using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Diagnostics;
using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

using static AttributeTable;

/// <summary>Which attributes need or exclude each other.</summary>
internal static class AttributeRules
{
    private static readonly string[] BesideConfig = [ModelFromConfig, Formats, Fp8, SettingNames.Trainable];

    internal static void Check(IReadOnlyList<(string Name, AttributeData Data)> attributes, List<Problem> problems)
    {
        var names = attributes.Select(a => a.Name).ToList();
        var roots = names.Where(n => Roots.Contains(n)).ToList();
        if (roots.Count == 0 && names.Count > 0)
        {
            problems.Add(new(
                ProblemCode.MissingAttribute,
                Anchors.Attribute(names[0]),
                $"[{names[0]}] alone declares no model; add [Model], [Variant] or [ModelFromConfig]."));
            return;
        }

        if (roots.Count > 1)
        {
            Exclude(problems, roots[0], roots[1], "a model is declared in one way");
            return;
        }

        const string Latent = SettingNames.LatentAttention;
        const string Grouped = SettingNames.GroupedQueryAttention;
        if (names.Contains(Latent) && names.Contains(Grouped))
        {
            Exclude(problems, names.First(n => n is Latent or Grouped), names.Last(n => n is Latent or Grouped), "a model has one kind of attention");
        }
        else if (roots.Contains(Model) && !names.Contains(Latent) && !names.Contains(Grouped))
        {
            problems.Add(new(
                ProblemCode.MissingAttribute, Anchors.Attribute(Model), "A model needs an attention; add [LatentAttention] or [GroupedQueryAttention]."));
        }

        if (roots.Contains(ModelFromConfig) && names.FirstOrDefault(n => !BesideConfig.Contains(n)) is { } extra)
        {
            Exclude(problems, ModelFromConfig, extra, "the file says that already; change single values with [Variant] on another class");
        }
    }

    private static void Exclude(List<Problem> problems, string first, string second, string why) => problems.Add(new(
        ProblemCode.ConflictingAttributes, Anchors.Attribute(second), $"[{second}] cannot stand beside [{first}]: {why}."));
}
