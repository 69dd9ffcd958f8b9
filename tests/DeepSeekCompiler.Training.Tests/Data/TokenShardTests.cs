using System.Buffers.Binary;
using System.Security.Cryptography;
using DeepSeekCompiler.Tests;
using DeepSeekCompiler.Training.Data;

namespace DeepSeekCompiler.Training.Tests.Data;

public sealed class TokenShardTests : IDisposable
{
    private static readonly byte[] s_tokenizer = SHA256.HashData("a tokenizer"u8);

    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(300)]
    [InlineData(1 << 16)]
    [InlineData(129_280)]
    public void WhatIsWritten_IsRead(int vocabSize)
    {
        var random = new Random(vocabSize);
        int[][] documents = [.. Enumerable.Range(0, 37).Select(_ => Enumerable.Range(0, 1 + random.Next(50)).Select(_ => random.Next(vocabSize)).ToArray())];
        using var shard = TokenShard.Open(Write(documents, vocabSize));
        Assert.Equal(vocabSize, shard.VocabSize);
        Assert.True(shard.TokenizerHash.SequenceEqual(s_tokenizer));
        Assert.Equal(documents.Length, shard.Documents);
        for (int d = 0; d < documents.Length; d++)
        {
            var (start, end) = shard.Document(d);
            var read = new int[end - start];
            shard.Read(start, read);
            Assert.Equal(documents[d], read);
        }

        var all = new int[shard.Tokens];
        shard.Read(0, all);
        Assert.Equal(documents.SelectMany(d => d), all);
        Assert.Throws<ArgumentOutOfRangeException>(() => shard.Read(1, all));
    }

    [Fact]
    public void EveryTruncation_AndEveryFlippedByte_IsOneSentence()
    {
        string path = Write([[1, 2, 3], [4, 5]], 300);
        byte[] good = File.ReadAllBytes(path);
        for (int length = 0; length < good.Length; length++) Refused(path, good[..length]);
        for (int at = 0; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= 0x10;
            Refused(path, bad);
        }

        Refused(path, [.. good, 0]);
    }

    [Theory]
    [InlineData(8, 2, "version 2")]
    [InlineData(12, 3, "3 bytes")]
    [InlineData(16, 0, "vocabulary of 0")]
    [InlineData(16, 5, "id 5 at token 4")]
    [InlineData(24, long.MaxValue, "tokens")]
    [InlineData(24, -5, "tokens")]
    [InlineData(32, 1L << 60, "documents")]
    [InlineData(32, 0, "documents")]
    [InlineData(152, 0, "document 1")]
    [InlineData(152, 9, "document 1")]
    [InlineData(152, 4, "end at 4")]
    public void ALyingShardWithARightHash_IsRefusedForTheLie(int at, long value, string expected)
    {
        // Five ids take 10 bytes, padded to 16: the ends of the two documents are at 144 and 152.
        string path = Write([[1, 2, 3], [4, 5]], 300);
        byte[] bytes = File.ReadAllBytes(path);
        if (at < 24) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), (int)value);
        else BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), value);
        SHA256.HashData([.. bytes[128..], .. bytes[..96]]).CopyTo(bytes, 96);
        Assert.Contains(expected, Refused(path, bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutCommit_NothingIsLeft()
    {
        using (var writer = new TokenShardWriter(_folder["a.tokens"], 10, s_tokenizer)) writer.Add([1, 2]);
        Assert.Empty(Directory.GetFiles(_folder.Path));
        using var empty = new TokenShardWriter(_folder["a.tokens"], 10, s_tokenizer);
        Assert.Throws<ArgumentException>(() => empty.Add([10]));
        Assert.Contains("empty", Assert.Throws<TrainingException>(empty.Commit).Message, StringComparison.Ordinal);
        Assert.Contains("no token shard", Assert.Throws<TrainingException>(() => TokenShard.Open(_folder["b.tokens"])).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Refused(string path, byte[] content)
    {
        File.WriteAllBytes(path, content);
        string message = Assert.Throws<TrainingException>(() => TokenShard.Open(path).Dispose()).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string Write(int[][] documents, int vocabSize)
    {
        string path = _folder["data.tokens"];
        using var writer = new TokenShardWriter(path, vocabSize, s_tokenizer);
        foreach (int[] document in documents) writer.Add(document);
        writer.Commit();
        return path;
    }
}
