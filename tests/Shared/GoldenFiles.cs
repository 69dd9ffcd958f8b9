namespace DeepSeekCompiler.Tests;

/// <summary>Finds the golden data of the tests.</summary>
internal static class GoldenFiles
{
    /// <summary>The folder tests/fixtures/golden.</summary>
    public static string Folder { get; } = Find();

    /// <summary>Names of the folders that hold a model.</summary>
    public static IEnumerable<string> Cases =>
        Directory.GetDirectories(Folder).Where(d => File.Exists(System.IO.Path.Combine(d, "recipe.json"))).Select(d => System.IO.Path.GetFileName(d)!).Order(StringComparer.Ordinal);

    /// <summary>A file or folder of the golden data.</summary>
    public static string Path(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Folder, .. parts]);

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            foreach (var candidate in new[] { System.IO.Path.Combine(folder, "fixtures", "golden"), System.IO.Path.Combine(folder, "tests", "fixtures", "golden") })
            {
                if (Directory.Exists(candidate))
                {
                    return candidate;
                }
            }
        }

        throw new DirectoryNotFoundException($"There is no folder tests/fixtures/golden above {AppContext.BaseDirectory}.");
    }
}
