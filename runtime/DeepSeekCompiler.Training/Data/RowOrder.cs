using System.Numerics;

namespace DeepSeekCompiler.Training.Data;

/// <summary>A random order of rows without a table: a keyed permutation of the numbers below a count (a Feistel network of four rounds, walked until it
/// lands inside), another one every epoch. Any position can be asked for at once.</summary>
/// <param name="Seed">Seed of the order.</param>
/// <param name="Count">Rows of an epoch, at least 1.</param>
public sealed record RowOrder(ulong Seed, long Count)
{
    private const int Rounds = 4;

    /// <summary>Rows that never end are taken as they come.</summary>
    private bool IsEndless => Count == long.MaxValue;

    /// <summary>The row at a position, which counts on through the epochs.</summary>
    public long At(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        if (IsEndless) return position;
        ulong key = SplitMix.Mix(Seed, (ulong)(position / Count)), row = (ulong)(position % Count);
        int half = Math.Max(1, (64 - BitOperations.LeadingZeroCount((ulong)Count - 1) + 1) / 2);
        do row = Permute(row, key, half);
        while (row >= (ulong)Count);
        return (long)row;
    }

    private static ulong Permute(ulong value, ulong key, int half)
    {
        ulong mask = (1UL << half) - 1, left = value >> half, right = value & mask;
        for (int round = 0; round < Rounds; round++) (left, right) = (right, left ^ (SplitMix.Mix(key + (ulong)round, right) & mask));
        return (left << half) | right;
    }
}
