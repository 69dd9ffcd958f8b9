namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Writes small safetensors files from memory; <see cref="SafetensorsOutput"/> is for files of any size.</summary>
public static unsafe class SafetensorsWriter
{
    /// <summary>Writes a file, replacing an older one.</summary>
    /// <param name="path">Where.</param>
    /// <param name="tensors">Each with the bytes of its data.</param>
    /// <exception cref="ArgumentException">The data of a tensor has another length than its shape says.</exception>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<(TensorLayout Layout, ReadOnlyMemory<byte> Data)> tensors)
    {
        foreach (var (layout, data) in tensors)
        {
            if (data.Length != layout.Bytes)
            {
                throw new ArgumentException($"{layout.Name} takes {layout.Bytes} bytes, but {data.Length} were given.", nameof(tensors));
            }
        }

        using var output = SafetensorsOutput.Create(path, [.. tensors.Select(t => t.Layout)], aligned: true);
        for (var i = 0; i < tensors.Count; i++)
        {
            tensors[i].Data.Span.CopyTo(new Span<byte>(output.Data(i), tensors[i].Data.Length));
        }

        output.Commit();
    }
}
