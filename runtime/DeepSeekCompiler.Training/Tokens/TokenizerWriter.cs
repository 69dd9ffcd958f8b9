using System.Text.Encodings.Web;
using System.Text.Json;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Training.Tokens;

/// <summary>Writes learned merges as <c>tokenizer.json</c> and <c>tokenizer_config.json</c> in the Hugging Face format: ids 0 to 2 begin, end and pad, 3 to
/// 258 the bytes, then the merges, then the two chat markers.</summary>
public static class TokenizerWriter
{
    public const string Bos = "<｜begin▁of▁sentence｜>";
    public const string Eos = "<｜end▁of▁sentence｜>";
    public const string Pad = "<｜▁pad▁｜>";
    public const string User = "<｜User｜>";
    public const string Assistant = "<｜Assistant｜>";

    /// <summary>Ids that are no merges: begin, end, pad, 256 bytes, two chat markers.</summary>
    public const int FixedIds = 3 + 256 + 2;

    private const string Template = "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{{ bos_token }}{% for m in messages %}"
        + "{% if m['role'] == 'user' %}{{ '<｜User｜>' + m['content'] }}{% elif m['role'] == 'assistant' %}{{ '<｜Assistant｜>' + m['content'] + eos_token }}"
        + "{% else %}{{ m['content'] }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<｜Assistant｜>' }}{% endif %}";

    private static readonly JsonWriterOptions s_options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="folder">Where; it exists.</param>
    /// <param name="merges">What <see cref="BytePairTrainer.Train"/> gave.</param>
    /// <param name="vocabSize">Ids in all; the chat markers take the last two.</param>
    public static void Write(string folder, IReadOnlyList<(int Left, int Right)> merges, int vocabSize)
    {
        if (vocabSize < FixedIds + merges.Count) throw new TrainingException($"A vocabulary of {vocabSize} has no room for {merges.Count} merges; it takes {FixedIds + merges.Count} ids.");
        var bytes = ByteLevel.Characters();
        var tokens = bytes.Select(c => c.ToString()).ToList();
        foreach (var (left, right) in merges) tokens.Add(tokens[left] + tokens[right]);
        Write(Path.Combine(folder, "tokenizer.json"), json => Tokenizer(json, tokens, merges, vocabSize));
        Write(Path.Combine(folder, "tokenizer_config.json"), Configuration);
    }

    private static void Tokenizer(Utf8JsonWriter json, List<string> tokens, IReadOnlyList<(int Left, int Right)> merges, int vocabSize)
    {
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach (var (content, id) in new[] { (Bos, 0), (Eos, 1), (Pad, 2), (User, vocabSize - 2), (Assistant, vocabSize - 1) })
        {
            json.WriteStartObject();
            json.WriteNumber("id", id);
            json.WriteString("content", content);
            foreach (string flag in new[] { "single_word", "lstrip", "rstrip", "normalized" }) json.WriteBoolean(flag, false);
            json.WriteBoolean("special", true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("normalizer");
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", BytePairTrainer.Pattern);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        ByteLevelPart(json, null, addPrefixSpace: false, trimOffsets: true, useRegex: false);
        json.WriteEndArray();
        json.WriteEndObject();
        ByteLevelPart(json, "post_processor", addPrefixSpace: true, trimOffsets: false, useRegex: true);
        ByteLevelPart(json, "decoder", addPrefixSpace: true, trimOffsets: true, useRegex: true);
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        foreach (string none in new[] { "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix" }) json.WriteNull(none);
        foreach (string flag in new[] { "fuse_unk", "byte_fallback", "ignore_merges" }) json.WriteBoolean(flag, false);
        json.WriteStartObject("vocab");
        foreach (var (content, id) in new[] { (Bos, 0), (Eos, 1), (Pad, 2) }) json.WriteNumber(content, id);
        for (int i = 0; i < tokens.Count; i++) json.WriteNumber(tokens[i], 3 + i);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in merges) json.WriteStringValue($"{tokens[left]} {tokens[right]}");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void ByteLevelPart(Utf8JsonWriter json, string? name, bool addPrefixSpace, bool trimOffsets, bool useRegex)
    {
        if (name is null) json.WriteStartObject();
        else json.WriteStartObject(name);
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", addPrefixSpace);
        json.WriteBoolean("trim_offsets", trimOffsets);
        json.WriteBoolean("use_regex", useRegex);
        json.WriteEndObject();
    }

    private static void Configuration(Utf8JsonWriter json)
    {
        json.WriteBoolean("add_bos_token", true);
        json.WriteBoolean("add_eos_token", false);
        json.WriteString("bos_token", Bos);
        json.WriteString("eos_token", Eos);
        json.WriteString("pad_token", Pad);
        json.WriteNull("unk_token");
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        json.WriteString("tokenizer_class", "LlamaTokenizerFast");
        json.WriteString("chat_template", Template);
    }

    private static void Write(string path, Action<Utf8JsonWriter> content)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        File.WriteAllBytes(path, stream.ToArray());
    }
}
