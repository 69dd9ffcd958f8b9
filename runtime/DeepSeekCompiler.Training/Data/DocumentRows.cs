namespace DeepSeekCompiler.Training.Data;

/// <summary>A row a document, as a model meets them: from the first token on. Longer documents are cut into several rows.</summary>
public sealed class DocumentRows : IRowSource
{
    private readonly TokenShard _shard;
    private readonly long[] _starts;
    private readonly int[] _lengths;

    /// <param name="shard">The documents.</param>
    /// <param name="length">Most tokens of a row, at least 2.</param>
    public DocumentRows(TokenShard shard, int length)
    {
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 2);
        (_shard, Length) = (shard, length);
        var starts = new List<long>();
        var lengths = new List<int>();
        for (long document = 0; document < shard.Documents; document++)
        {
            // The cuts overlap by one token: what follows the last token of a row is learned in the next. A last token alone predicts nothing.
            var (start, end) = shard.Document(document);
            for (long at = start; at == start || at + 1 < end; at += length - 1)
            {
                starts.Add(at);
                lengths.Add((int)Math.Min(length, end - at));
            }
        }

        (_starts, _lengths) = ([.. starts], [.. lengths]);
    }

    /// <inheritdoc/>
    public long Count => _starts.Length;

    /// <inheritdoc/>
    public int Length { get; }

    /// <inheritdoc/>
    public int VocabSize => _shard.VocabSize;

    /// <inheritdoc/>
    public int Read(long row, Span<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)row, (ulong)Count, nameof(row));
        _shard.Read(_starts[row], tokens[.._lengths[row]]);
        return _lengths[row];
    }
}
