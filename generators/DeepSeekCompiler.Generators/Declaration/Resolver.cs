using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Declaration.Symbols;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration;

/// <summary>Lays the layers of a declaration over each other and builds its specification.</summary>
public static class Resolver
{
    /// <summary>Resolves <paramref name="declaration"/> with the configuration files of the compilation.</summary>
    public static Resolution Resolve(ModelDeclaration declaration, IReadOnlyList<ConfigText> configs)
    {
        if (declaration.Problems.Count > 0 || declaration.Layers.Count == 0)
        {
            return new(null, new(declaration.Problems.Select(p => new Finding(p))));
        }

        var set = new SettingSet();
        for (var i = 0; i < declaration.Layers.Count; i++)
        {
            var layer = declaration.Layers[i];
            var last = i == declaration.Layers.Count - 1;
            var findings = Overlay(set, layer, configs);
            if (!last && findings.Count == 0)
            {
                findings.AddRange(Build(set, layer.ClassName, string.Empty).Problems.Select(p => new Finding(p)));
            }

            if (findings.Count > 0)
            {
                return new(null, last ? new(findings) : new([BaseBroken(layer.ClassName, findings[0])]));
            }
        }

        var (spec, problems) = Build(set, declaration.ClassName, declaration.Namespace);
        var unused = UnusedSettings.Find(set, declaration.Layers[declaration.Layers.Count - 1].Settings);
        return new(spec, new(problems.Concat(unused).Select(p => new Finding(p))));
    }

    private static List<Finding> Overlay(SettingSet set, DeclarationLayer layer, IReadOnlyList<ConfigText> configs)
    {
        var findings = new List<Finding>();
        if (layer.ConfigPath is { } path)
        {
            var matches = configs.Where(c => c.Matches(path)).ToList();
            if (matches.Count == 1)
            {
                findings.AddRange(matches[0].Problems.Select(p => InFile(matches[0].Path, p)));
                set.Overlay(matches[0].Settings);
            }
            else
            {
                findings.Add(new(matches.Count == 0 ? NotFound(path, configs) : Ambiguous(path, matches)));
            }
        }

        set.Overlay(layer.Settings);
        return findings;
    }

    private static (ModelSpec? Spec, EquatableArray<Problem> Problems) Build(SettingSet set, string className, string ns)
    {
        var complete = new SettingSet();
        complete.Overlay(set.ToArray());
        var modelType = complete.Find(SettingNames.ModelType)?.Text ?? "deepseek_v3";
        if (Family.Find(modelType) is not { } family)
        {
            return (null, new(
                [new(ProblemCode.UnknownFamily, SettingNames.ModelType, $"ModelType is \"{modelType}\", which is not known; it can be {Family.Known}.")]));
        }

        complete.Overlay([new(SettingNames.ModelType, 0, modelType)]);
        family.CompleteAttributes(complete);
        return SpecBuilder.Build(complete, className, ns);
    }

    private static Finding InFile(string path, Configs.ConfigProblem problem)
    {
        var name = path.Substring(path.LastIndexOf('/') + 1);
        return new(new(problem.Code, Anchors.Path, $"{name}({problem.Line},{problem.Column}): {problem.Message}"), path, problem);
    }

    private static Problem NotFound(string path, IReadOnlyList<ConfigText> configs)
    {
        if (path.Length == 0) return new(ProblemCode.ConfigNotFound, Anchors.Path, "The path is empty; it must be the end of the path of an AdditionalFiles item, such as \"model/config.json\".");
        var there = configs.Count == 0 ? "there is none" : $"there are {string.Join(", ", configs.Select(c => c.Path))}";
        return new(ProblemCode.ConfigNotFound, Anchors.Path, $"No AdditionalFiles item ends with \"{path}\" ({there}); add it to the project as AdditionalFiles.");
    }

    private static Problem Ambiguous(string path, List<ConfigText> matches) => new(
        ProblemCode.ConfigAmbiguous,
        Anchors.Path,
        $"{matches.Count} AdditionalFiles items end with \"{path}\": {string.Join(", ", matches.Select(m => m.Path))}; name more of the path.");

    private static Finding BaseBroken(string className, Finding first) => new(new(
        ProblemCode.BaseBroken, Anchors.BasedOn, $"{className}, which this model is based on, has errors of its own; the first is: {first.Problem.Message}"));
}
