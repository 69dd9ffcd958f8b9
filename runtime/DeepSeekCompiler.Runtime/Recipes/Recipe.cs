using System.Text.Json;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>How to create the weights of a checkpoint from a seed.</summary>
public sealed record Recipe(ulong Seed, IReadOnlyList<RecipeTensor> Tensors)
{
    /// <summary>Reads a <c>recipe.json</c>.</summary>
    /// <exception cref="CheckpointException">It is not one.</exception>
    public static Recipe Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var tensors = root.GetProperty("tensors").EnumerateArray().Select(Tensor).ToList();
            return new Recipe(root.GetProperty("seed").GetUInt64(), tensors);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CheckpointException($"The recipe cannot be read: {e.Message}", e);
        }
    }

    private static RecipeTensor Tensor(JsonElement t)
    {
        string dtype = t.GetProperty("dtype").GetString()!;
        if (!SafetensorsTypes.TryParse(dtype, out var type)) throw new CheckpointException($"The recipe asks for dtype {dtype}; F32, BF16 and F8_E4M3 can be made.");
        return new RecipeTensor(t.GetProperty("name").GetString()!, type, t.GetProperty("shape").EnumerateArray().Select(x => x.GetInt64()).ToArray(),
            Number(t, "scale"), Number(t, "offset"), t.TryGetProperty("file", out var file) ? file.GetString()! : "model.safetensors", Text(t, "values_of"), Text(t, "scales_of"));
    }

    private static double Number(JsonElement t, string key) => t.TryGetProperty(key, out var value) ? value.GetDouble() : 0;

    private static string? Text(JsonElement t, string key) => t.TryGetProperty(key, out var value) ? value.GetString() : null;
}
