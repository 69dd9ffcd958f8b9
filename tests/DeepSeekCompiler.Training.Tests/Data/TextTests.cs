using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Tests;
using DeepSeekCompiler.Training.Data;
using DeepSeekCompiler.Training.Stories;
using DeepSeekCompiler.Training.Tokens;

namespace DeepSeekCompiler.Training.Tests.Data;

public sealed class TextTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void AFolder_BecomesAShard_OfItsDocumentsInOrder()
    {
        var tokenizer = Tokenizer("abab");
        Directory.CreateDirectory(_folder["text/sub"]);
        File.WriteAllText(_folder["text/b.txt"], "second");
        File.WriteAllText(_folder["text/a.md"], "first");
        File.WriteAllText(_folder["text/picture.png"], "no text");
        File.WriteAllText(_folder["text/empty.txt"], "");
        File.WriteAllText(_folder["text/sub/c.jsonl"], "{\"text\": \"third\"}\n\n{\"text\": \"fourth\", \"other\": 1}\n");
        using var shard = TextCorpus.Open(_folder["data.tokens"], _folder["text"], _folder.Path);
        string[] expected = ["first", "second", "third", "fourth"];
        Assert.Equal(expected.Length, shard.Documents);
        for (int d = 0; d < expected.Length; d++)
        {
            var (start, end) = shard.Document(d);
            var ids = new int[end - start];
            shard.Read(start, ids);
            Assert.Equal(0, ids[0]);
            Assert.Equal(1, ids[^1]);
            Assert.Equal(expected[d], tokenizer.Decode(ids[1..^1]));
        }
    }

    [Fact]
    public void AShard_IsKept_UntilTheTokenizerChanges()
    {
        Tokenizer("abab");
        File.WriteAllText(_folder["a.txt"], "abab");
        long Tokens()
        {
            using var shard = TextCorpus.Open(_folder["data.tokens"], _folder["a.txt"], _folder.Path);
            return shard.Tokens;
        }

        Assert.Equal(2 + 2, Tokens());
        File.WriteAllText(_folder["a.txt"], "abababab");
        Assert.Equal(2 + 2, Tokens());
        Tokenizer("xyxy");
        Assert.Equal(2 + 8, Tokens());
    }

    [Fact]
    public void TextThatCannotBeUsed_IsOneSentence()
    {
        Tokenizer("abab");
        Assert.Contains("no file or folder", Refused("nothing"), StringComparison.Ordinal);
        Directory.CreateDirectory(_folder["empty"]);
        Assert.Contains(".jsonl", Refused("empty"), StringComparison.Ordinal);
        File.WriteAllBytes(_folder["latin.txt"], [0x61, 0xE9, 0x62]);
        Assert.Contains("no UTF-8", Refused("latin.txt"), StringComparison.Ordinal);
        File.WriteAllText(_folder["bad.jsonl"], "{\"text\": \"good\"}\n{\"content\": \"bad\"}\n");
        Assert.Contains("line 2", Refused("bad.jsonl"), StringComparison.Ordinal);
        File.WriteAllText(_folder["void.txt"], "");
        Assert.Contains("empty", Refused("void.txt"), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["data.tokens"]));
    }

    [Fact]
    public void Stories_AreRowsOfWholeDocuments()
    {
        Tokenizer(new StoryCorpus(1).Document(0).Text);
        var tokenizer = ModelTokenizer.Load(_folder.Path);
        var rows = StoryRows.HeldOut(new StoryCorpus(7), tokenizer, 4096, 3);
        Assert.Equal(3, rows.Count);
        Assert.Equal(long.MaxValue, StoryRows.Training(new StoryCorpus(7), tokenizer, 4096).Count);
        var row = new int[4096];
        int count = rows.Read(2, row);
        Assert.Equal((0, 1), (row[0], row[count - 1]));
        Assert.Equal(new StoryCorpus(7).HeldOutDocument(2).Text, tokenizer.Decode(row[1..(count - 1)]));
    }

    public void Dispose() => _folder.Dispose();

    private string Refused(string text) => Assert.Throws<TrainingException>(() => TextCorpus.Open(_folder["data.tokens"], _folder[text], _folder.Path).Dispose()).Message;

    private ModelTokenizer Tokenizer(string text)
    {
        var trainer = new BytePairTrainer();
        trainer.Add(text);
        var merges = trainer.Train(100);
        TokenizerWriter.Write(_folder.Path, merges, TokenizerWriter.FixedIds + 100);
        return ModelTokenizer.Load(_folder.Path);
    }
}
