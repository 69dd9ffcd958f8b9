namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>The weights of a checkpoint folder in the Hugging Face layout, mapped into memory: nothing is copied.</summary>
/// <remarks>Checked on opening: headers, places, the index. Not checked: the values, which would mean to read every file; NaN
/// weights give NaN logits. The files must not be shortened while they are mapped.</remarks>
public sealed class Checkpoint : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files;
    private readonly Dictionary<string, CheckpointTensor> _byName;

    private Checkpoint(string folder, List<SafetensorsFile> files)
    {
        Folder = folder;
        _files = files;
        Tensors = files.Count == 1 ? files[0].Tensors : [.. files.SelectMany(f => f.Tensors)];
        _byName = Tensors.ToDictionary(t => t.Name);
    }

    /// <summary>The folder it was opened from.</summary>
    public string Folder { get; }

    /// <summary>All tensors, file by file.</summary>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>Bytes of all files.</summary>
    public long Length => _files.Sum(f => f.Length);

    /// <summary>Opens a folder with <c>model.safetensors</c>, or with <c>model.safetensors.index.json</c> and its shards.</summary>
    /// <exception cref="CheckpointException">There is no checkpoint, or it is not sound; the message names the file and the tensor.</exception>
    public static Checkpoint Open(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
        {
            throw new CheckpointException(File.Exists(folder)
                ? $"{folder} is a file; it should be a checkpoint folder."
                : $"There is no folder {Wording.Quote(folder)}.");
        }

        var files = new List<SafetensorsFile>();
        try
        {
            var budget = new AllocationBudget(0);
            var single = Path.Combine(folder, Single);
            var index = Path.Combine(folder, Index);
            if (Path.Exists(single) || !Path.Exists(index))
            {
                files.Add(Path.Exists(single)
                    ? SafetensorsFile.Open(single, budget)
                    : throw new CheckpointException($"{folder} has neither {Single} nor {Index}."));
            }
            else
            {
                OpenShards(folder, CheckpointIndex.Read(index, budget), budget, files);
            }

            return new Checkpoint(folder, files);
        }
        catch (Exception e)
        {
            files.ForEach(f => f.Dispose());
            if (e is IOException or UnauthorizedAccessException)
            {
                throw new CheckpointException($"The checkpoint in {folder} cannot be read: {e.Message}", e);
            }

            throw;
        }
    }

    /// <summary>A tensor, or null.</summary>
    public CheckpointTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Unmaps the files; pointers into them are dead.</summary>
    public void Dispose() => _files.ForEach(f => f.Dispose());

    private static void OpenShards(string folder, CheckpointIndex index, AllocationBudget budget, List<SafetensorsFile> files)
    {
        var found = 0;
        var bytes = 0L;
        var shards = new Dictionary<string, SafetensorsFile>();
        foreach (var name in index.FileOf.Values)
        {
            if (!shards.ContainsKey(name))
            {
                var shard = SafetensorsFile.Open(ShardPath.Of(folder, name), budget);
                shards.Add(name, shard);
                files.Add(shard);
            }
        }

        foreach (var (name, shard) in shards)
        {
            foreach (var tensor in shard.Tensors)
            {
                var place = index.FileOf.GetValueOrDefault(tensor.Name);
                if (place != name)
                {
                    throw new CheckpointException(place is null
                        ? $"{name} holds the tensor {Wording.Quote(tensor.Name)}, which is not in the index."
                        : $"{name} holds the tensor {Wording.Quote(tensor.Name)}, which the index puts into {place}.");
                }

                found++;
                bytes += tensor.Bytes;
            }
        }

        if (found != index.FileOf.Count)
        {
            var (lost, place) = index.FileOf.First(e => shards[e.Value].Find(e.Key) is null);
            throw new CheckpointException($"The index puts the tensor {Wording.Quote(lost)} into {place}, which does not hold it.");
        }

        if (index.TotalSize is { } total && total != bytes)
        {
            throw new CheckpointException(Wording.Of($"The index gives a total_size of {total} bytes, but the tensors of its files take {bytes}."));
        }
    }
}
