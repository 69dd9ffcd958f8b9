using System.Text.Json.Nodes;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Runtime.Tests.Tokenizers;

/// <summary>Files that cannot be used: one sentence each, that says what.</summary>
public sealed class HostileTokenizerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dsc-tokenizer-").FullName;

    private static readonly Dictionary<string, Action<JsonNode>> s_changes = new()
    {
        ["model of type WordPiece"] = t => t["model"]!["type"] = "WordPiece",
        ["model missing"] = t => t.AsObject().Remove("model"),
        ["model a number"] = t => t["model"] = 3,
        ["normalizer NFC"] = t => t["normalizer"] = new JsonObject { ["type"] = "NFC" },
        ["normalizer sequence of one"] = t => t["normalizer"] = new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(new JsonObject { ["type"] = "NFC" }) },
        ["pre-tokenizer missing"] = t => t.AsObject().Remove("pre_tokenizer"),
        ["pre-tokenizer Metaspace"] = t => t["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace" },
        ["no byte level"] = t => t["pre_tokenizer"] = new JsonObject { ["type"] = "Digits" },
        ["behavior Removed"] = t => t["pre_tokenizer"] = Split("Removed", "a"),
        ["pattern not a regex"] = t => t["pre_tokenizer"] = Split("Isolated", "(a"),
        ["id negative"] = t => t["model"]!["vocab"]!["a"] = -1,
        ["id a fraction"] = t => t["model"]!["vocab"]!["a"] = 1.5,
        ["id huge"] = t => t["model"]!["vocab"]!["a"] = 99999999999,
        ["id text"] = t => t["model"]!["vocab"]!["a"] = "1",
        ["vocab an array"] = t => t["model"]!["vocab"] = new JsonArray(),
        ["merge of three"] = t => t["model"]!["merges"] = new JsonArray(new JsonArray("a", "b", "c")),
        ["merge a number"] = t => t["model"]!["merges"] = new JsonArray(1),
        ["merge without a space"] = t => t["model"]!["merges"] = new JsonArray("ab"),
        ["merge of unknown tokens"] = t => t["model"]!["merges"] = new JsonArray("qqq zzz"),
        ["merge of null"] = t => t["model"]!["merges"] = new JsonArray(new JsonArray("a", null)),
        ["merge to an unknown token"] = t => t["model"]!["merges"] = new JsonArray("b a"),
        ["merges missing"] = t => t["model"]!.AsObject().Remove("merges"),
        ["added token without content"] = t => t["added_tokens"] = new JsonArray(new JsonObject { ["id"] = 1 }),
        ["added token of null"] = t => t["added_tokens"] = new JsonArray(new JsonObject { ["id"] = 1, ["content"] = null }),
        ["added tokens of numbers"] = t => t["added_tokens"] = new JsonArray(1),
    };

    public static TheoryData<string> Changes => [.. s_changes.Keys];

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [MemberData(nameof(Changes))]
    public void HostileFile_IsOneSentence(string change)
    {
        var file = Whole();
        s_changes[change](file);
        AssertRefused(file.ToJsonString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\":")]
    public void OtherText_IsOneSentence(string text) => AssertRefused(text);

    [Fact]
    public void MissingFile_IsOneSentence() =>
        Assert.Contains("There is no", Assert.Throws<TokenizerException>(() => ModelTokenizer.Load(_folder)).Message, StringComparison.Ordinal);

    [Fact]
    public void WholeFile_Works()
    {
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), Whole().ToJsonString());
        Assert.Equal([2, 0], ModelTokenizer.Load(_folder).Encode("aba"));
    }

    [Theory]
    [InlineData("tokenizer_config.json", "nothing")]
    [InlineData("tokenizer_config.json", "[]")]
    [InlineData("tokenizer_config.json", "{\"chat_template\":\"{{ messages }}\"}")]
    [InlineData("tokenizer_config.json", "{\"bos_token\":{\"content\":3}}")]
    [InlineData("generation_config.json", "{")]
    [InlineData("config.json", "3")]
    public void HostileCompanion_IsOneSentence(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name), text);
        AssertRefused(Whole().ToJsonString());
    }

    private void AssertRefused(string text)
    {
        File.WriteAllText(Path.Combine(_folder, "tokenizer.json"), text);
        var e = Assert.Throws<TokenizerException>(() => ModelTokenizer.Load(_folder));
        Assert.Contains(_folder, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private static JsonObject Split(string behavior, string regex) => new()
    {
        ["type"] = "Split", ["behavior"] = behavior, ["invert"] = false, ["pattern"] = new JsonObject { ["Regex"] = regex },
    };

    private static JsonObject Whole() => new()
    {
        ["model"] = new JsonObject
        {
            ["type"] = "BPE", ["vocab"] = new JsonObject { ["a"] = 0, ["b"] = 1, ["ab"] = 2 }, ["merges"] = new JsonArray("a b"),
        },
        ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false },
        ["added_tokens"] = new JsonArray(),
    };
}
