using System.Text.Json;

namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>The files beside tokenizer.json: tokenizer_config.json, generation_config.json and config.json. All are optional.</summary>
internal sealed class TokenizerCompanions(string folder)
{
    public void Apply(IReadOnlyDictionary<string, int> ids, out int? bos, out IReadOnlyList<int> eos, out ChatTemplate? chat)
    {
        using var tokenizer = Open("tokenizer_config.json");
        using var generation = Open("generation_config.json");
        using var config = Open("config.json");
        bool addBos = tokenizer is null || !tokenizer.RootElement.TryGetProperty("add_bos_token", out var add) || add.ValueKind == JsonValueKind.True;
        bos = addBos ? Token(tokenizer, "bos_token", ids) ?? Numbers(config, "bos_token_id").Cast<int?>().FirstOrDefault() : null;
        var ends = new SortedSet<int>(Numbers(generation, "eos_token_id"));
        ends.UnionWith(Numbers(config, "eos_token_id"));
        if (Token(tokenizer, "eos_token", ids) is { } end) ends.Add(end);
        eos = [.. ends];
        chat = tokenizer is not null && tokenizer.RootElement.TryGetProperty("chat_template", out var template) && template.ValueKind == JsonValueKind.String
            ? ChatTemplate.Recognise(template.GetString()!, Content(tokenizer, "bos_token"), Content(tokenizer, "eos_token"), Path.Combine(folder, "tokenizer_config.json"))
            : null;
    }

    private JsonDocument? Open(string name)
    {
        string path = Path.Combine(folder, name);
        try
        {
            if (!File.Exists(path)) return null;
            var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new TokenizerException($"{path} is not a JSON object.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new TokenizerException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private int? Token(JsonDocument? document, string key, IReadOnlyDictionary<string, int> ids) =>
        document is not null && Content(document, key) is { Length: > 0 } text && ids.TryGetValue(text, out int id) ? id : null;

    private string Content(JsonDocument document, string key)
    {
        if (!document.RootElement.TryGetProperty(key, out var token)) return "";
        if (token.ValueKind == JsonValueKind.Object && !token.TryGetProperty("content", out token)) return "";
        return token.ValueKind switch
        {
            JsonValueKind.String => token.GetString()!,
            JsonValueKind.Null => "",
            _ => throw new TokenizerException($"{Path.Combine(folder, "tokenizer_config.json")} has a {key} of {token.GetRawText()}; a text is expected."),
        };
    }

    private static IEnumerable<int> Numbers(JsonDocument? document, string key)
    {
        if (document is null || !document.RootElement.TryGetProperty(key, out var value)) yield break;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int one)) yield return one;
        if (value.ValueKind != JsonValueKind.Array) yield break;
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int id)) yield return id;
        }
    }
}
