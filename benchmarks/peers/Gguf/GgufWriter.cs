using System.Globalization;

namespace DeepSeekCompiler.Peers.Gguf;

/// <summary>Writes GGUF files, version 3.</summary>
internal static class GgufWriter
{
    private const uint Magic = 0x46554747, Version = 3;
    private const long Alignment = 32;
    private const long ChunkBytes = 8 << 20;

    /// <param name="path">Replaced when the whole file is written, not before.</param>
    /// <param name="metadata">Its keys.</param>
    /// <param name="tensors">In file order.</param>
    /// <exception cref="PeerException">A row is no whole number of blocks.</exception>
    public static void Write(string path, GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors)
    {
        string partial = path + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        using (var writer = new BinaryWriter(stream))
        {
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write((ulong)tensors.Count);
            writer.Write((ulong)metadata.Count);
            metadata.Write(writer);
            long offset = 0;
            foreach (var tensor in tensors)
            {
                WriteInfo(writer, tensor, offset);
                offset = Align(offset + tensor.Bytes);
            }

            foreach (var tensor in tensors)
            {
                Pad(writer);
                WriteRows(stream, tensor);
            }

            // Readers ask for the padding behind the last tensor too.
            Pad(writer);
        }

        File.Move(partial, path, true);
    }

    private static void WriteInfo(BinaryWriter writer, GgufTensor tensor, long offset)
    {
        if (tensor.Columns % GgufTypes.BlockOf(tensor.Type) != 0)
            throw new PeerException(string.Create(CultureInfo.InvariantCulture, $"{tensor.Name} has rows of {tensor.Columns} numbers, and {tensor.Type} stores {GgufTypes.BlockOf(tensor.Type)} together."));
        GgufMetadata.WriteText(writer, tensor.Name);
        writer.Write((uint)tensor.Extents.Count);
        foreach (long extent in tensor.Extents) writer.Write((ulong)extent);
        writer.Write((uint)tensor.Type);
        writer.Write((ulong)offset);
    }

    private static void WriteRows(FileStream stream, GgufTensor tensor)
    {
        long rows = Math.Max(1, ChunkBytes / tensor.RowBytes);
        byte[] chunk = new byte[Math.Min(rows, tensor.Rows) * tensor.RowBytes];
        for (long first = 0; first < tensor.Rows; first += rows)
        {
            long count = Math.Min(rows, tensor.Rows - first);
            Parallel.For(0, count, () => new float[tensor.Columns], (row, _, values) =>
            {
                tensor.Read(first + row, values);
                GgufTypes.Encode(tensor.Type, values, chunk.AsSpan(checked((int)(row * tensor.RowBytes)), (int)tensor.RowBytes));
                return values;
            }, _ => { });
            stream.Write(chunk.AsSpan(0, checked((int)(count * tensor.RowBytes))));
        }
    }

    private static void Pad(BinaryWriter writer)
    {
        // The position counts what the writer has not given to the stream yet only after a flush.
        writer.Flush();
        long position = writer.BaseStream.Position;
        writer.Write(new byte[Align(position) - position]);
        writer.Flush();
    }

    private static long Align(long position) => (position + Alignment - 1) / Alignment * Alignment;
}
