using System.Text.Json;

namespace DeepSeekCompiler.Runtime.Tests.Tokenizers;

/// <summary>Files of the repository that tests read.</summary>
internal static class Fixtures
{
    public static string Root { get; } = FindRoot();

    public static string StoryModel => Path.Combine(Root, "samples", "story-model");

    /// <summary>DeepSeek-V3's tokenizer.json, which <c>.ci/fetch-tokenizer</c> brings.</summary>
    public static string TokenizerFolder => Path.Combine(Root, ".cache", "tokenizer");

    public static JsonElement Json(params string[] path) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine([Root, "tests", "fixtures", .. path]))).RootElement;

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetInt32())];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DeepSeekCompiler.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("These tests run from a build inside the repository.");
    }
}
