namespace DeepSeekCompiler.Training.Data;

/// <summary>A shard as one stream, cut into rows of the same length wherever that falls: no padding, and documents go on from row to row. Neighbouring rows
/// share one token, so that every token but the first is predicted exactly once.</summary>
public sealed class PackedRows : IRowSource
{
    private readonly TokenShard _shard;

    /// <exception cref="TrainingException">The shard is shorter than one row.</exception>
    public PackedRows(TokenShard shard, int length)
    {
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        (_shard, Length) = (shard, length);
        Count = (shard.Tokens - 1) / (length - 1);
        if (Count == 0) throw new TrainingException(FormattableString.Invariant($"{shard.Path} holds {shard.Tokens} tokens, fewer than one row of {length}; more text or shorter rows are needed."));
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public int Length { get; }

    /// <inheritdoc/>
    public int VocabSize => _shard.VocabSize;

    /// <inheritdoc/>
    public int Read(long row, Span<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)row, (ulong)Count, nameof(row));
        _shard.Read(row * (Length - 1), tokens[..Length]);
        return Length;
    }
}
