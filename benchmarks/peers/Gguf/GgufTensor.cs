namespace DeepSeekCompiler.Peers.Gguf;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Extents">Columns first, as the format wants them.</param>
/// <param name="Read">Where its numbers come from.</param>
internal sealed record GgufTensor(string Name, GgufType Type, IReadOnlyList<long> Extents, RowReader Read)
{
    public long Columns => Extents[0];

    public long Rows => Extents.Skip(1).Aggregate(1L, (product, extent) => product * extent);

    public long RowBytes => GgufTypes.RowBytes(Type, Columns);

    public long Bytes => Rows * RowBytes;
}
