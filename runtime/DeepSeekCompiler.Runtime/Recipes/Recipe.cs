using System.Text.Json;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>How to make the weights of a checkpoint, bit for bit, from a seed and the tensor names.</summary>
/// <param name="Seed">Seed of all values.</param>
/// <param name="Tensors">In file order.</param>
/// <param name="Files">Length and checksum of each file; empty when not known.</param>
public sealed record Recipe(ulong Seed, IReadOnlyList<RecipeTensor> Tensors, IReadOnlyList<RecipeFile> Files)
{
    /// <inheritdoc cref="RecipeOptions.Aligned"/>
    public bool Aligned { get; init; }

    /// <summary>Bytes of all tensors together, without file headers.</summary>
    public long TotalSize => Tensors.Sum(t => new TensorLayout(t.Name, t.Type, t.Shape).Bytes);

    /// <summary>Reads a <c>recipe.json</c>.</summary>
    /// <exception cref="CheckpointException">The file cannot be read, or is no recipe.</exception>
    public static Recipe Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"The recipe {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the text of a <c>recipe.json</c>.</summary>
    /// <exception cref="CheckpointException">The text is no recipe.</exception>
    public static Recipe Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var files = root.TryGetProperty("files", out var list) ? [.. list.EnumerateArray().Select(ReadFile)] : Array.Empty<RecipeFile>();
            var recipe = new Recipe(root.GetProperty("seed").GetUInt64(), [.. root.GetProperty("tensors").EnumerateArray().Select(ReadTensor)], files);
            RecipeChecks.Check(recipe);
            return recipe;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException($"This is no weight recipe: {e.Message}", e);
        }
    }

    private static RecipeTensor ReadTensor(JsonElement tensor)
    {
        var name = Text(tensor, "name");
        var type = Text(tensor, "dtype");
        return new RecipeTensor(
            name,
            SafetensorsTypes.Find(type) ?? throw new FormatException($"{name} has the dtype {type}, which is not known."),
            [.. tensor.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())],
            Text(tensor, "file"))
        {
            Scale = tensor.TryGetProperty("scale", out var scale) ? scale.GetDouble() : 0,
            Offset = tensor.TryGetProperty("offset", out var offset) ? offset.GetDouble() : 0,
            ValuesOf = tensor.TryGetProperty("values_of", out var values) ? values.GetString() : null,
            ScalesOf = tensor.TryGetProperty("scales_of", out var scales) ? scales.GetString() : null,
            Sha256 = tensor.TryGetProperty("sha256", out var sha) ? sha.GetString() : null,
        };
    }

    private static RecipeFile ReadFile(JsonElement file) => new(Text(file, "name"), file.GetProperty("bytes").GetInt64(), Text(file, "sha256"));

    private static string Text(JsonElement owner, string key) =>
        owner.GetProperty(key).GetString() ?? throw new FormatException($"{key} is null; it should be a text.");
}
