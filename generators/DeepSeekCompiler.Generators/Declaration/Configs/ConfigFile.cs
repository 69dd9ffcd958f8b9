using System.Collections.Generic;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Declaration.Json;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Declaration.Symbols;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Configs;

/// <summary>A configuration file while it is being read: settings found so far, where they stood, and what is wrong.</summary>
internal sealed class ConfigFile
{
    private readonly List<ConfigProblem> problems = [];
    private readonly Dictionary<string, (string Key, JsonPosition Position)> places = [];

    internal SettingSet Settings { get; } = new();

    internal bool HasProblems => problems.Count > 0;

    internal void Set(string name, double number, string text, string key, JsonPosition position)
    {
        places[name] = (key, position);
        Settings.Overlay([new Setting(name, number, text)]);
    }

    internal void Report(string code, string key, JsonPosition position, string message) =>
        problems.Add(new(code, message, key, position.Line, position.Column, position.Offset));

    /// <summary>Reports a problem of the specification at the key that said it, or for an absent key at the section it would stand in, or at the start of the file.</summary>
    internal void Report(Problem problem, JsonValue root)
    {
        var (key, position) = places.TryGetValue(problem.Property, out var place) ? place
            : (ConfigKeys.KeyOf(problem.Property), places.TryGetValue(AttributeTable.OwnerOf(problem.Property), out var section) ? section.Position : root.Position);
        Report(problem.Code, key, position, InKeys(problem.Message));
    }

    internal ConfigResult Result(ModelSpec? spec, EquatableArray<Setting> settings) =>
        new() { Spec = problems.Count > 0 ? null : spec, Problems = new(problems), Settings = settings };

    // The rules speak of properties; whoever reads a file looks for its keys.
    private static string InKeys(string message)
    {
        var words = message.Split(' ');
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i].Trim('(', ')', ',', '.', ';');
            if (ConfigKeys.IsProperty(word))
            {
                words[i] = words[i].Replace(word, ConfigKeys.KeyOf(word));
            }
        }

        return string.Join(" ", words);
    }
}
