using System.Text.Json;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>The keys of a Hugging Face <c>config.json</c> that decide which tensors a model has.</summary>
internal sealed class RecipeConfig : IDisposable
{
    private readonly JsonDocument _document;

    public RecipeConfig(string json)
    {
        try
        {
            _document = JsonDocument.Parse(json);
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"The model configuration is no valid JSON: {e.Message}", e);
        }

        if (_document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new CheckpointException($"The model configuration is {Describe(_document.RootElement)}; it should be a JSON object.");
        }
    }

    /// <summary>Whether the router has a correction bias: where the method is not given, the V2 models have none, all later ones have it.</summary>
    public bool HasBias => Find("topk_method") is { } method
        ? method.ValueKind == JsonValueKind.String && method.GetString() == "noaux_tc"
        : !(Find("model_type") is { ValueKind: JsonValueKind.String } type && type.GetString() == "deepseek_v2");

    public bool TieWordEmbeddings => Find("tie_word_embeddings") is { ValueKind: JsonValueKind.True };

    /// <summary>A size that must be there.</summary>
    public int Size(string key, int least = 1) =>
        Find(key) is { } value ? Read(key, value, least) : throw new CheckpointException($"The model configuration does not give {key}, which a recipe needs.");

    /// <summary>A size that may be left out or null.</summary>
    public int Size(string key, int least, int missing) => Find(key) is { } value ? Read(key, value, least) : missing;

    public void Dispose() => _document.Dispose();

    private static int Read(string key, JsonElement value, int least) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least
            ? number
            : throw new CheckpointException($"The model configuration gives {key} as {Describe(value)}; it should be a whole number of at least {least}.");

    private static string Describe(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length > 40 ? text[..40] + "..." : text;
    }

    private JsonElement? Find(string key) =>
        _document.RootElement.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
