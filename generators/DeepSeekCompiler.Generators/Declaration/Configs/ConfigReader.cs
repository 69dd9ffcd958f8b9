using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Declaration.Json;
using DeepSeekCompiler.Generators.Diagnostics;

namespace DeepSeekCompiler.Generators.Declaration.Configs;

/// <summary>Reads a Hugging Face <c>config.json</c> of the DeepSeek family. Knows nothing of Roslyn: the run-time compiler uses it too.</summary>
public static class ConfigReader
{
    /// <summary>Reads <paramref name="json"/> as the declaration of the class <paramref name="className"/>. Never throws on bad input.</summary>
    /// <param name="json">The text of the file.</param>
    /// <param name="className">The class to be generated.</param>
    /// <param name="ns">Its namespace; empty for the global one.</param>
    public static ConfigResult Read(string json, string className, string ns)
    {
        using var culture = new InvariantCulture();
        var file = new ConfigFile();
        JsonValue root;
        try
        {
            root = JsonReader.Read(json);
        }
        catch (JsonException e)
        {
            file.Report(ProblemCode.ConfigSyntax, string.Empty, e.Position, $"The file is not valid JSON: {e.Message}.");
            return file.Result(null, default);
        }

        if (root.Kind != JsonKind.Object)
        {
            file.Report(ProblemCode.ConfigType, string.Empty, root.Position, $"A model configuration is an object, but the file holds {root.Describe()}.");
            return file.Result(null, default);
        }

        if (ConfigFamily.Read(file, root) is not { } family)
        {
            return file.Result(null, default);
        }

        ConfigKeys.Read(file, root);
        ConfigRope.Read(file, root);
        ConfigFormats.Read(file, root);
        ConfigFeatures.Check(file, root, family);
        if (file.HasProblems)
        {
            return file.Result(null, default);
        }

        family.CompleteConfig(file.Settings);
        ConfigKeys.Complete(file);
        var (spec, problems) = SpecBuilder.Build(file.Settings, className, ns);
        foreach (var problem in problems)
        {
            file.Report(problem, root);
        }

        return file.Result(spec, file.Settings.ToArray());
    }
}
