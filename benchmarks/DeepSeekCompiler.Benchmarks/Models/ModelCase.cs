using DeepSeekCompiler.Compile;

namespace DeepSeekCompiler.Benchmarks.Models;

/// <summary>A model folder.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Folder">config.json and weights; made when it is needed where it is a recipe.</param>
/// <param name="Config">The configuration of a recipe; null for a folder that is there.</param>
public sealed record ModelCase(string Name, string Folder, string? Config = null)
{
    /// <summary>Names a model folder to measure instead of the recipe model.</summary>
    public const string Variable = "DSC_BENCH_MODEL";

    private const ulong Seed = 1;

    /// <summary>The sample model, and one of 0.7 B parameters with random FP8 weights, or the folder that the environment names.</summary>
    public static IEnumerable<ModelCase> All()
    {
        string root = Root();
        yield return new("sample", Path.Combine(root, "samples", "story-model"));
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder) yield return new(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), folder);
        else yield return new("recipe-0.7b-fp8", Path.Combine(Path.GetTempPath(), "deepseek-compiler-recipe-0.7b-fp8"), Path.Combine(root, "benchmarks", "models", "recipe-0.7b.json"));
    }

    /// <summary>The folder, with weights in it.</summary>
    public string Ready()
    {
        // The recipe writes its configuration last of all.
        if (Config is not null && !File.Exists(Path.Combine(Folder, "config.json"))) RecipeFolder.Write(Config, Seed, Folder, "fp8");
        return Folder;
    }

    public override string ToString() => Name;

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DeepSeekCompiler.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The suites read models of the repository, and this program does not lie in it.");
    }
}
