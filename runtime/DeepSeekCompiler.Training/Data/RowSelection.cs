namespace DeepSeekCompiler.Training.Data;

/// <summary>Some rows of a source: those at some places of an order that never changes. Cuts a source into training and held-out rows.</summary>
public sealed class RowSelection : IRowSource
{
    // Independent of the seed of a run: runs that are compared hold out the same rows.
    private const ulong SplitSeed = 0x5EED0FBEE;

    private readonly IRowSource _source;
    private readonly RowOrder _order;
    private readonly long _first;

    private RowSelection(IRowSource source, long first, long count)
    {
        (_source, _first, Count) = (source, first, count);
        _order = new RowOrder(SplitSeed, source.Count);
    }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public int Length => _source.Length;

    /// <inheritdoc/>
    public int VocabSize => _source.VocabSize;

    /// <summary>Cuts a source: a share of its rows, at least one and at most a number, is held out.</summary>
    /// <exception cref="TrainingException">There are fewer than two rows.</exception>
    public static (IRowSource Training, IRowSource HeldOut) Split(IRowSource source, double share, int most)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Count < 2) throw new TrainingException(FormattableString.Invariant($"The data is {source.Count} row of {source.Length} tokens; it takes two, so that one can be held out. More text or shorter rows are needed."));
        long heldOut = Math.Clamp((long)(source.Count * share), 1, Math.Max(1, Math.Min(most, source.Count - 1)));
        return (new RowSelection(source, heldOut, source.Count - heldOut), new RowSelection(source, 0, heldOut));
    }

    /// <inheritdoc/>
    public int Read(long row, Span<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)row, (ulong)Count, nameof(row));
        return _source.Read(_order.At(_first + row), tokens);
    }
}
