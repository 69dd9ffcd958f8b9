using System.Text.Json;
using System.Text.RegularExpressions;

namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>What a <c>tokenizer.json</c> says.</summary>
internal sealed class TokenizerFile
{
    public List<KeyValuePair<string, int>> Vocabulary { get; } = [];

    public List<string> Merges { get; } = [];

    /// <summary>Added tokens: text, id, whether it is special.</summary>
    public List<(string Text, int Id, bool Special)> Added { get; } = [];

    public List<Regex> Patterns { get; } = [];

    /// <exception cref="TokenizerException">The file is missing, malformed, or of a kind that is not supported.</exception>
    public static TokenizerFile Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var file = new TokenizerFile();
            file.Read(document.RootElement, path);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerException(Path.Exists(path) ? $"{path} cannot be read: {e.Message}" : $"There is no {path}; without it text cannot be turned into tokens.", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new TokenizerException($"{path} is not a tokenizer file: {e.Message}", e);
        }
    }

    private void Read(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("model", out var model)) throw new TokenizerException($"{path} is not a tokenizer file: it is no object with a model in it.");
        string type = Type(model, "BPE");
        if (type != "BPE") throw new TokenizerException($"{path} has a tokenizer model of type {type}; byte-level BPE is supported.");
        if (root.TryGetProperty("normalizer", out var normalizer) && !IsNothing(normalizer))
            throw new TokenizerException($"{path} has a normalizer of type {Type(normalizer, "unknown")}; the DeepSeek family has none, and none is supported.");
        foreach (var entry in model.GetProperty("vocab").EnumerateObject()) Vocabulary.Add(new(entry.Name, Id(entry.Value, entry.Name, path)));
        foreach (var merge in model.GetProperty("merges").EnumerateArray()) Merges.Add(Merge(merge, path));
        if (root.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
        {
            foreach (var token in added.EnumerateArray())
            {
                string text = token.GetProperty("content").GetString() ?? throw new TokenizerException($"{path} has an added token whose content is null.");
                Added.Add((text, Id(token.GetProperty("id"), text, path), token.TryGetProperty("special", out var special) && special.ValueKind == JsonValueKind.True));
            }
        }

        if (!root.TryGetProperty("pre_tokenizer", out var pre) || pre.ValueKind != JsonValueKind.Object)
            throw new TokenizerException($"{path} has no pre_tokenizer; one with byte level is expected.");
        bool byteLevel = false;
        PreTokenizer(pre, path, ref byteLevel);
        if (!byteLevel) throw new TokenizerException($"{path} has no ByteLevel pre-tokenizer; byte-level BPE is supported.");
    }

    private void PreTokenizer(JsonElement pre, string path, ref bool byteLevel)
    {
        switch (Type(pre, "unknown"))
        {
            case "Sequence":
                foreach (var part in pre.GetProperty("pretokenizers").EnumerateArray()) PreTokenizer(part, path, ref byteLevel);
                break;
            case "Split":
                string behavior = pre.GetProperty("behavior").GetString()!;
                if (behavior != "Isolated" || (pre.TryGetProperty("invert", out var invert) && invert.ValueKind == JsonValueKind.True))
                    throw new TokenizerException($"{path} splits with behavior {behavior}; Isolated without inversion is supported.");
                var pattern = pre.GetProperty("pattern");
                string regex = pattern.TryGetProperty("Regex", out var r) ? r.GetString() ?? "" : Regex.Escape(pattern.GetProperty("String").GetString() ?? "");
                Patterns.Add(Compile(regex, path));
                break;
            case "Digits":
                Patterns.Add(Compile(pre.TryGetProperty("individual_digits", out var single) && single.ValueKind == JsonValueKind.True ? "\\p{N}" : "\\p{N}+", path));
                break;
            case "ByteLevel":
                byteLevel = true;
                if (pre.TryGetProperty("add_prefix_space", out var prefix) && prefix.ValueKind == JsonValueKind.True) throw new TokenizerException($"{path} adds a space in front of text, which is not supported.");
                if (!pre.TryGetProperty("use_regex", out var use) || use.ValueKind != JsonValueKind.False) Patterns.Add(Compile(Gpt2, path));
                break;
            case var other:
                throw new TokenizerException($"{path} has a pre-tokenizer of type {other}; Sequence, Split, Digits and ByteLevel are supported.");
        }
    }

    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static Regex Compile(string pattern, string path)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant);
        }
        catch (ArgumentException e)
        {
            throw new TokenizerException($"{path} has a split pattern that is not understood: {e.Message}", e);
        }
    }

    private static string Merge(JsonElement merge, string path)
    {
        if (merge.ValueKind == JsonValueKind.String) return merge.GetString()!;
        if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2) return merge[0].GetString() + " " + merge[1].GetString();
        throw new TokenizerException($"{path} has a merge that is not a pair of tokens.");
    }

    private static int Id(JsonElement value, string token, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int id) && id is >= 0 and < 1 << 24 ? id
            : throw new TokenizerException($"{path} gives the token {token} the id {value.GetRawText()}; an id is a whole number from 0 up.");

    private static bool IsNothing(JsonElement normalizer) => normalizer.ValueKind == JsonValueKind.Null
        || (Type(normalizer, "") == "Sequence" && normalizer.TryGetProperty("normalizers", out var list) && list.GetArrayLength() == 0);

    private static string Type(JsonElement element, string otherwise) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out var type) ? type.GetString() ?? otherwise : otherwise;
}
