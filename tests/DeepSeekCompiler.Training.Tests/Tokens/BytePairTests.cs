using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Tests;
using DeepSeekCompiler.Training.Stories;
using DeepSeekCompiler.Training.Tokens;

namespace DeepSeekCompiler.Training.Tests.Tokens;

public sealed class BytePairTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Merges_AreThoseOfTheDefinition()
    {
        string[] texts = ["low low low low low lower lower newest newest newest newest newest newest widest widest widest", "aaaa aaa ééé"];
        var trainer = new BytePairTrainer();
        foreach (string text in texts) trainer.Add(text);
        Assert.Equal(Naive(texts, 12), trainer.Train(12));
    }

    [Fact]
    public void Training_StopsWhenNoPairComesTwice()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("ab ab");
        Assert.Equal([('a', 'b')], trainer.Train(10));
    }

    [Fact]
    public void TheWrittenTokenizer_Loads_KeepsEveryText_AndIsTheSameEachTime()
    {
        var corpus = new StoryCorpus(1);
        byte[][] written = [Write(corpus), Write(corpus)];
        Assert.Equal(written[0], written[1]);
        var tokenizer = ModelTokenizer.Load(_folder.Path);
        Assert.Equal(512, tokenizer.VocabSize);
        Assert.Equal(0, tokenizer.BosId);
        Assert.Equal(510, tokenizer.TokenToId(StoryGrammar.User));
        Assert.NotNull(tokenizer.Chat);
        long bytes = 0, tokens = 0;
        foreach (string text in Enumerable.Range(0, 50).Select(i => corpus.HeldOutDocument(i).Text).Append("Other text: 12\n\n漢字 \u0080 👩‍🚀"))
        {
            int[] ids = tokenizer.Encode(text);
            Assert.Equal(text, tokenizer.Decode(ids));
            (bytes, tokens) = (bytes + System.Text.Encoding.UTF8.GetByteCount(text), tokens + ids.Length);
        }

        Assert.True(tokens * 2.5 < bytes, $"{bytes} bytes became {tokens} tokens");
    }

    [Fact]
    public void AVocabularyThatIsTooSmall_IsOneSentence() =>
        Assert.Contains("262", Assert.Throws<TrainingException>(() => TokenizerWriter.Write(_folder.Path, [('a', 'b')], 261)).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();

    private byte[] Write(StoryCorpus corpus)
    {
        var trainer = new BytePairTrainer();
        for (int i = 0; i < 300; i++)
        {
            string text = corpus.Document(i).Text;
            foreach (string special in new[] { StoryGrammar.User, StoryGrammar.Assistant, StoryGrammar.End }) text = text.Replace(special, "\n", StringComparison.Ordinal);
            trainer.Add(text);
        }

        TokenizerWriter.Write(_folder.Path, trainer.Train(512 - TokenizerWriter.FixedIds), 512);
        return File.ReadAllBytes(_folder["tokenizer.json"]);
    }

    // Counts everything anew for every merge.
    private static List<(int, int)> Naive(string[] texts, int merges)
    {
        var words = texts.SelectMany(t => System.Text.RegularExpressions.Regex.Matches(t, BytePairTrainer.Pattern).Select(m => System.Text.Encoding.UTF8.GetBytes(m.Value).Select(b => (int)b).ToList())).ToList();
        var learned = new List<(int, int)>();
        while (learned.Count < merges)
        {
            var best = words.SelectMany(w => w.Zip(w.Skip(1))).GroupBy(p => p).Where(g => g.Count() > 1).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).FirstOrDefault();
            if (best is null) break;
            foreach (var word in words)
            {
                for (int i = 0; i + 1 < word.Count; i++)
                {
                    if ((word[i], word[i + 1]) != best.Key) continue;
                    word[i] = 256 + learned.Count;
                    word.RemoveAt(i + 1);
                }
            }

            learned.Add(best.Key);
        }

        return learned;
    }
}
