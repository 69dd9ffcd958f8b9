using DeepSeekCompiler.Runtime.Tokenizers;

namespace DeepSeekCompiler.Runtime.Tests.Tokenizers;

public class StoryTokenizerTests
{
    private readonly ModelTokenizer _tokenizer = ModelTokenizer.Load(Fixtures.StoryModel);

    [Fact]
    public void GoldenPrompts_EncodeToTheirIdsAndBack()
    {
        int seen = 0;
        foreach (var prompt in Fixtures.Json("story-model.json").GetProperty("prompts").EnumerateArray())
        {
            string text = prompt.GetProperty("text").GetString()!;
            int[] ids = Fixtures.Ints(prompt.GetProperty("token_ids"));
            int[] encoded = [_tokenizer.BosId!.Value, .. _tokenizer.Encode(text)];
            Assert.Equal(ids, encoded);
            Assert.Equal(text, _tokenizer.Decode(ids.AsSpan(1)));
            seen++;
        }

        Assert.Equal(8, seen);
    }

    [Fact]
    public void GoldenAnswers_DecodeToTheirText()
    {
        foreach (var prompt in Fixtures.Json("story-model.json").GetProperty("prompts").EnumerateArray())
            Assert.Equal(prompt.GetProperty("greedy_text").GetString(), _tokenizer.Decode(Fixtures.Ints(prompt.GetProperty("greedy_token_ids"))));
    }

    [Fact]
    public void Companions_GiveTheEndsAndTheStart()
    {
        Assert.Equal(0, _tokenizer.BosId);
        Assert.Contains(1, _tokenizer.EosIds);
    }

    [Fact]
    public void ChatTemplate_WritesTheConversationOfTheGoldenData()
    {
        ChatMessage[] messages = [new("system", "You are terse."), new("user", "Hi!"), new("assistant", "Hello."), new("user", "2+2?")];
        Assert.Equal(
            "<｜begin▁of▁sentence｜>You are terse.<｜User｜>Hi!<｜Assistant｜>Hello.<｜end▁of▁sentence｜><｜User｜>2+2?<｜Assistant｜>",
            _tokenizer.Chat!.Render(messages, true));
    }

    [Fact]
    public void UnknownRole_IsOneSentence() =>
        Assert.Contains("role tool", Assert.Throws<TokenizerException>(() => _tokenizer.Chat!.Render([new("tool", "x")], true)).Message, StringComparison.Ordinal);

    [Fact]
    public void EmptyText_HasNoTokens() => Assert.Empty(_tokenizer.Encode(""));

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    [InlineData(1_000_000)]
    public void IdOutOfRange_IsOneSentenceOnDecode(int id) =>
        Assert.Contains($"id {id} ", Assert.Throws<TokenizerException>(() => _tokenizer.Decode([id])).Message, StringComparison.Ordinal);

    [Fact]
    public void SmallerModel_IsRefused()
    {
        _tokenizer.CheckVocabulary(_tokenizer.VocabSize);
        var e = Assert.Throws<TokenizerException>(() => _tokenizer.CheckVocabulary(_tokenizer.VocabSize - 1));
        Assert.Contains("vocab_size", e.Message, StringComparison.Ordinal);
    }
}
