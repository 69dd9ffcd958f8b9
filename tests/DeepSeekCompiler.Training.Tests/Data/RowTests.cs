using System.Security.Cryptography;
using DeepSeekCompiler.Tests;
using DeepSeekCompiler.Training.Data;

namespace DeepSeekCompiler.Training.Tests.Data;

public sealed class RowTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1000)]
    public void AnOrder_HasEveryRowOnceAnEpoch_AndDiffersByEpochAndSeed(long count)
    {
        var order = new RowOrder(5, count);
        long[][] epochs = [.. Enumerable.Range(0, 3).Select(e => Enumerable.Range(0, (int)count).Select(i => order.At((e * count) + i)).ToArray())];
        foreach (long[] epoch in epochs) Assert.Equal(Enumerable.Range(0, (int)count).Select(i => (long)i), epoch.Order());
        if (count < 64) return;
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.NotEqual(epochs[0], Enumerable.Range(0, (int)count).Select(i => (new RowOrder(6, count)).At(i)));

        // Neighbours do not stay neighbours: a random order leaves about two of them.
        Assert.InRange(epochs[0].Zip(epochs[0].Skip(1)).Count(p => Math.Abs(p.First - p.Second) == 1), 0, 12);
    }

    [Fact]
    public void PackedRows_PredictEveryTokenOnce()
    {
        using var shard = Shard(5, 9, 4, 30);
        var rows = new PackedRows(shard, 8);
        var predicted = new List<int>();
        var row = new int[8];
        for (long i = 0; i < rows.Count; i++)
        {
            Assert.Equal(8, rows.Read(i, row));
            predicted.AddRange(row[1..]);
        }

        Assert.Equal(Enumerable.Range(1, (int)rows.Count * 7), predicted);
        Assert.InRange(shard.Tokens - 1 - predicted.Count, 0, 6);
        Assert.Contains("48 tokens", Assert.Throws<TrainingException>(() => new PackedRows(shard, 50)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DocumentRows_StartWithADocument_AndPredictEveryTokenOfItOnce()
    {
        int[] lengths = [5, 1, 8, 9, 15, 16, 30];
        using var shard = Shard(lengths);
        var rows = new DocumentRows(shard, 8);
        var predicted = new List<int>();
        var starts = new HashSet<int>();
        var row = new int[8];
        for (long i = 0; i < rows.Count; i++)
        {
            int count = rows.Read(i, row);
            Assert.True(count >= 2 || lengths.Contains(count));
            starts.Add(row[0]);
            predicted.AddRange(row[1..count]);
        }

        int[] firsts = [.. lengths.Select((_, d) => lengths[..d].Sum())];
        Assert.Equal(Enumerable.Range(0, (int)shard.Tokens).Except(firsts), predicted);
        Assert.True(starts.IsSupersetOf(firsts));
    }

    [Fact]
    public void ASplit_SharesNoRow_AndTakesAll()
    {
        using var shard = Shard(101);
        var rows = new PackedRows(shard, 3);
        var (training, heldOut) = RowSelection.Split(rows, 0.1, 100);
        Assert.Equal((45, 5), (training.Count, heldOut.Count));
        var row = new int[3];
        var seen = new List<int>();
        foreach (var part in new[] { training, heldOut })
        {
            for (long i = 0; i < part.Count; i++)
            {
                part.Read(i, row);
                seen.Add(row[0]);
            }
        }

        Assert.Equal(50, seen.Distinct().Count());
        Assert.Equal(2, RowSelection.Split(rows, 0.1, 2).HeldOut.Count);
        Assert.Contains("two", Assert.Throws<TrainingException>(() => RowSelection.Split(new PackedRows(shard, 60), 0.1, 2)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    public void Batches_AreTheSameForAnyMicroBatch_AndFromAnyPosition(int microBatch)
    {
        using var shard = Shard([.. Enumerable.Range(0, 40).Select(i => 1 + (i * 7 % 11))]);
        var rows = new DocumentRows(shard, 8);
        var whole = new BatchReader(rows, 9, 12, 12);
        var reader = new BatchReader(rows, 9, 12, microBatch);
        for (int step = 0; step < 9; step++)
        {
            var resumed = new BatchReader(rows, 9, 12, microBatch) { Position = reader.Position };
            var micros = reader.Next();
            Assert.Equal(micros.SelectMany(m => m.Tokens), resumed.Next().SelectMany(m => m.Tokens));
            Assert.Equal(reader.Position, resumed.Position);
            var expected = whole.Next()[0];
            Assert.Equal(expected.Tokens.Where(t => t >= 0).Order(), micros.SelectMany(m => m.Tokens).Where(t => t >= 0).Order());
            Assert.Equal((expected.MainTargets, expected.MtpTargets), (micros.Sum(m => m.MainTargets), micros.Sum(m => m.MtpTargets)));
            foreach (var micro in micros)
            {
                Assert.Equal(micro.Rows * micro.Length, micro.Tokens.Length);
                Assert.True(micro.Rows <= microBatch && micro.Length >= 3);
                Assert.Equal(micro.MainTargets, Enumerable.Range(0, micro.Tokens.Length).Count(i => i % micro.Length > 0 && micro.Tokens[i] >= 0));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    // Token i of the shard is the number i.
    private TokenShard Shard(params int[] documents)
    {
        string path = _folder[Guid.NewGuid().ToString()];
        using (var writer = new TokenShardWriter(path, 1000, SHA256.HashData("x"u8)))
        {
            int next = 0;
            foreach (int length in documents)
            {
                writer.Add([.. Enumerable.Range(next, length)]);
                next += length;
            }

            writer.Commit();
        }

        return TokenShard.Open(path);
    }
}
