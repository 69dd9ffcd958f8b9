namespace DeepSeekCompiler.Generators.Tests.Support;

/// <summary>Files beside the test assembly.</summary>
internal static class Files
{
    internal static string Config(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Configs", name + ".json"));

    internal static IEnumerable<string> ConfigNames(string prefix) => Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Configs"), prefix + "*.json")
        .Select(p => Path.GetFileNameWithoutExtension(p)!)
        .Order(StringComparer.Ordinal);

    /// <summary>The sources of the catalogue project.</summary>
    internal static IEnumerable<string> Catalogue() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Catalogue")).Order(StringComparer.Ordinal).Select(File.ReadAllText);
}
