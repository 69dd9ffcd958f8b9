namespace DeepSeekCompiler.Training.Data;

/// <summary>Takes global batches from a source: batch after batch in the order of a seed, each cut into micro-batches of rows that are about equally long.</summary>
public sealed class BatchReader(IRowSource source, ulong seed, int batch, int microBatch)
{
    private readonly RowOrder _order = new(seed, source.Count);
    private readonly int[] _row = new int[source.Length];

    /// <summary>Rows read so far: with the seed, the whole state of the reader.</summary>
    public long Position { get; set; }

    /// <summary>The next global batch.</summary>
    /// <returns>Its micro-batches, longest rows first; together they hold the same rows for any size of micro-batches.</returns>
    public IReadOnlyList<MicroBatch> Next()
    {
        var rows = new int[batch][];
        for (int i = 0; i < batch; i++) rows[i] = Read(_order.At(Position++));
        return Cut(rows);
    }

    /// <summary>All rows of a source that ends, in their own order.</summary>
    public static IEnumerable<MicroBatch> All(IRowSource source, int microBatch)
    {
        ArgumentNullException.ThrowIfNull(source);
        var reader = new BatchReader(source, 0, 1, microBatch);
        var rows = new int[source.Count][];
        for (int i = 0; i < rows.Length; i++) rows[i] = reader.Read(i);
        return reader.Cut(rows);
    }

    private int[] Read(long row) => _row[..source.Read(row, _row)];

    // A stable sort: equally long rows stay in order.
    private MicroBatch[] Cut(int[][] rows) => [.. rows.OrderByDescending(r => r.Length).Chunk(microBatch).Select(MicroBatch.Of)];
}
