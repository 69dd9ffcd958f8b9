using DeepSeekCompiler.Generators.Declaration.Json;

namespace DeepSeekCompiler.Generators.Tests;

public sealed class JsonReaderTests
{
    [Theory]
    [InlineData("\"a\\n\\u0041\\\"\"", "a\nA\"")]
    [InlineData("\"\\ud83d\\ude00\"", "\U0001F600")]
    [InlineData("\"\"", "")]
    public void AText_IsUnescaped(string json, string text) => Assert.Equal(text, JsonReader.Read(json).Text);

    [Theory]
    [InlineData("-0.5e+2", -50)]
    [InlineData("0", 0)]
    [InlineData("1E3", 1000)]
    [InlineData(" 12 ", 12)]
    public void ANumber_IsRead(string json, double number) => Assert.Equal(number, JsonReader.Read(json).Number);

    [Fact]
    public void APosition_CountsLinesAndColumns()
    {
        var member = JsonReader.Read("{\r\n  \"a\": [1,\n 2]}").Members["a"];
        Assert.Equal(new JsonPosition(10, 2, 8), member.Position);
        Assert.Equal((3, 2), (member.Items[1].Position.Line, member.Items[1].Position.Column));
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("{", 1, 2)]
    [InlineData("{\"a\":1,}", 1, 8)]
    [InlineData("[1,]", 1, 4)]
    [InlineData("[1 2]", 1, 4)]
    [InlineData("{\"a\" 1}", 1, 6)]
    [InlineData("{a:1}", 1, 2)]
    [InlineData("\"a", 1, 3)]
    [InlineData("\"a\nb\"", 1, 3)]
    [InlineData("\"\\x\"", 1, 4)]
    [InlineData("\"\\u12\"", 1, 4)]
    [InlineData("01", 1, 2)]
    [InlineData("+1", 1, 1)]
    [InlineData("1.", 1, 3)]
    [InlineData("-", 1, 2)]
    [InlineData("1e999", 1, 1)]
    [InlineData("NaN", 1, 1)]
    [InlineData("tru", 1, 1)]
    [InlineData("1 1", 1, 3)]
    [InlineData("{\"a\":1,\n\"a\":2}", 2, 1)]
    public void BadJson_IsRejectedWhereItShows(string json, int line, int column)
    {
        var position = Assert.Throws<JsonException>(() => JsonReader.Read(json)).Position;
        Assert.Equal((line, column), (position.Line, position.Column));
    }

    [Fact]
    public void DeepNesting_IsRejectedInsteadOfExhaustingTheStack()
    {
        Assert.Equal(JsonKind.List, JsonReader.Read(new string('[', JsonReader.MaxDepth) + new string(']', JsonReader.MaxDepth)).Kind);
        var error = Assert.Throws<JsonException>(() => JsonReader.Read(new string('[', 1_000_000)));
        Assert.Contains("nested deeper than 64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryTruncation_IsRejectedWithoutAnotherException()
    {
        const string Json = "{\"a\":[1.5e3,true,null,{\"b\":\"\\u0041\\n\"}],\"c\":false}";
        for (var length = 0; length < Json.Length; length++)
        {
            Assert.Throws<JsonException>(() => JsonReader.Read(Json[..length]));
        }
    }
}
