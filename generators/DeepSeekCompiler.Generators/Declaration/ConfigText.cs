using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Declaration.Settings;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration;

/// <summary>An additional file, reduced to what a declaration can see of it: edits of white space leave it equal.</summary>
/// <param name="Path">The full path, with forward slashes.</param>
/// <param name="Settings">What the file says.</param>
/// <param name="Problems">What is wrong with it; only then do positions matter.</param>
public sealed record ConfigText(string Path, EquatableArray<Setting> Settings, EquatableArray<ConfigProblem> Problems)
{
    /// <summary>Reads the text of a file.</summary>
    public static ConfigText Read(string path, string text)
    {
        var result = ConfigReader.Read(text, "Model", string.Empty);
        return new(path.Replace('\\', '/'), result.Settings, result.Problems);
    }

    /// <summary>Whether the path ends with <paramref name="suffix"/>, whole names only.</summary>
    public bool Matches(string suffix)
    {
        var normal = suffix.Replace('\\', '/');
        normal = normal.StartsWith("./", System.StringComparison.Ordinal) ? normal.Substring(2) : normal;
        return normal.Length > 0 && (Path == normal || Path.EndsWith("/" + normal, System.StringComparison.Ordinal));
    }
}
