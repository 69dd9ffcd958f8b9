namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Copies a checkpoint so that its tensors begin at cache lines. Most published files have them eight bytes behind anything, and every vector read from them then
/// touches two lines; a mapped file cannot be moved.</summary>
public static unsafe class AlignedCopy
{
    private const long Step = 16 << 20;

    /// <summary>The share of a checkpoint's bytes whose tensors begin within a line, from 0 to 1.</summary>
    public static double Misaligned(Checkpoint checkpoint)
    {
        long all = checkpoint.Tensors.Sum(t => t.Bytes);
        return all == 0 ? 0 : (double)checkpoint.Tensors.Where(t => (nint)t.Data % SafetensorsOutput.Line != 0).Sum(t => t.Bytes) / all;
    }

    /// <summary>Writes the copy: the same tensors in files of the same names, and every other file of the folder.</summary>
    /// <param name="folder">A checkpoint folder.</param>
    /// <param name="output">Where; made when it does not exist, and empty when it does.</param>
    /// <param name="progress">Called now and then with (bytes done, bytes in all).</param>
    /// <exception cref="CheckpointException">There is no sound checkpoint, the output is not empty, or it cannot be written.</exception>
    public static void Write(string folder, string output, Action<long, long>? progress = null)
    {
        using var checkpoint = Checkpoint.Open(folder);
        try
        {
            if (Path.Exists(output) && (!Directory.Exists(output) || Directory.EnumerateFileSystemEntries(output).Any()))
                throw new CheckpointException($"{output} is there already; the copy goes into a folder that is new or empty.");
            Directory.CreateDirectory(output);
            var shards = checkpoint.Tensors.GroupBy(t => t.File).ToList();
            long done = 0;
            foreach (var shard in shards) Copy([.. shard], Path.Combine(output, shard.Key), bytes => progress?.Invoke(done += bytes, checkpoint.Length));
            foreach (string file in Directory.EnumerateFiles(folder))
            {
                string name = Path.GetFileName(file);
                if (!shards.Any(s => s.Key == name)) File.Copy(file, Path.Combine(output, name));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{output} cannot be written: {e.Message}", e);
        }
    }

    private static void Copy(IReadOnlyList<CheckpointTensor> tensors, string path, Action<long> copied)
    {
        using var file = SafetensorsOutput.Create(path, [.. tensors.Select(t => new TensorLayout(t.Name, t.Type, t.Shape))], aligned: true);
        for (int i = 0; i < tensors.Count; i++)
        {
            for (long at = 0; at < tensors[i].Bytes; at += Step)
            {
                long bytes = Math.Min(Step, tensors[i].Bytes - at);
                Buffer.MemoryCopy(tensors[i].Data + at, file.Data(i) + at, bytes, bytes);
                copied(bytes);
            }
        }

        file.Commit();
    }
}
