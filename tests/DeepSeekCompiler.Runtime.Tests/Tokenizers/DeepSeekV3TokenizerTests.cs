using System.Text;
using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Runtime.Tests.Tokenizers;

public class DeepSeekV3TokenizerTests
{
    private static readonly Lazy<ModelTokenizer> s_tokenizer = new(() => ModelTokenizer.Load(Fixtures.TokenizerFolder));

    private static ModelTokenizer Tokenizer => s_tokenizer.Value;

    [TokenizerFact]
    public void GoldenTexts_GiveTheirIds() => AssertIds("deepseek-v3.json", 46);

    [TokenizerFact]
    public void HardTexts_GiveTheIdsOfAnotherImplementation() => AssertIds("hard.json", 328);

    [TokenizerFact]
    public void HardTexts_DecodeToThemselves()
    {
        foreach (var item in Fixtures.Json("tokenizer", "hard.json").EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text)));
        }
    }

    [TokenizerFact]
    public void LoneSurrogate_EncodesAsTheReplacementCharacter() => Assert.Equal(Tokenizer.Encode("a\uFFFDb"), Tokenizer.Encode("a\uD800b"));

    [TokenizerFact]
    public void NextLineBetweenSpaceAndLineEnd_IsWhiteSpaceAsInOniguruma() => Assert.Equal([1203, 230, 201], Tokenizer.Encode(" \u0085\n"));

    [TokenizerFact]
    public void Stream_GivesTheWholeTextOutPieceByPiece()
    {
        const string Text = "深度 😀👩‍🚀 é\r\nend";
        var stream = new TokenStream(Tokenizer);
        var got = new StringBuilder();
        foreach (int id in Tokenizer.Encode(Text)) got.Append(stream.Append(id));
        got.Append(stream.Flush());
        Assert.Equal(Text, got.ToString());
    }

    [TokenizerFact]
    public void SpecialTokens_AreKnownAndMarked()
    {
        Assert.Equal(128803, Tokenizer.TokenToId("<｜User｜>"));
        Assert.True(Tokenizer.IsSpecial(0));
        Assert.False(Tokenizer.IsSpecial(19923));
        Assert.Equal("<｜begin▁of▁sentence｜>", Tokenizer.Decode([0]));
    }

    // Hours if the time were quadratic, so that this test ends says something.
    [TokenizerFact]
    public void AMegabyteOfOneLetter_EncodesAndDecodes()
    {
        string text = new('a', 1 << 20);
        Assert.Equal(text, Tokenizer.Decode(Tokenizer.Encode(text)));
    }

    private static void AssertIds(string file, int count)
    {
        int seen = 0;
        foreach (var item in Fixtures.Json("tokenizer", file).EnumerateArray())
        {
            string text = item.GetProperty("text").GetString()!;
            int[] expected = Fixtures.Ints(item.GetProperty("ids"));
            int[] actual = Tokenizer.Encode(text);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{text}: {string.Join(' ', expected)} expected, {string.Join(' ', actual)} given");
            seen++;
        }

        Assert.Equal(count, seen);
    }
}
