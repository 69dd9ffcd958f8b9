namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>The weights of a Hugging Face folder: <c>model.safetensors</c>, or shards named by <c>model.safetensors.index.json</c>.</summary>
public sealed class Checkpoint : IDisposable
{
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsTensor Tensor)> _tensors = new(StringComparer.Ordinal);
    private readonly List<SafetensorsFile> _files = [];

    private Checkpoint(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Names of all tensors, in file order.</summary>
    public IEnumerable<string> Names => _tensors.Keys;

    /// <summary>Bytes of all tensors.</summary>
    public long Bytes => _files.Sum(f => f.Tensors.Sum(t => t.Length));

    /// <exception cref="CheckpointException">The folder holds no checkpoint, or a malformed one.</exception>
    public static Checkpoint Open(string folder)
    {
        if (!Directory.Exists(folder)) throw new CheckpointException($"There is no folder {folder}; a model is a folder with config.json and model.safetensors.");
        var checkpoint = new Checkpoint(folder);
        try
        {
            string index = Path.Combine(folder, "model.safetensors.index.json"), single = Path.Combine(folder, "model.safetensors");
            if (File.Exists(index)) checkpoint.OpenShards(index);
            else if (File.Exists(single)) checkpoint.Add(single, null);
            else throw new CheckpointException($"{folder} has neither model.safetensors nor model.safetensors.index.json.");
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>The tensor of a name, or null.</summary>
    public SafetensorsTensor? Find(string name) => _tensors.TryGetValue(name, out var found) ? found.Tensor : null;

    /// <summary>First byte of a tensor, valid until the checkpoint is disposed.</summary>
    public unsafe byte* Data(string name)
    {
        var (file, tensor) = _tensors[name];
        return file.Data(tensor);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
        _files.Clear();
    }

    private void OpenShards(string index)
    {
        var map = ShardIndex.Read(index);
        foreach (var shard in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            string path = Path.Combine(Folder, shard);
            if (!File.Exists(path)) throw new CheckpointException($"{index} names the shard {shard}, which is not in the folder.");
            Add(path, map);
        }

        foreach (var (name, shard) in map)
        {
            if (!_tensors.TryGetValue(name, out var found) || Path.GetFileName(found.File.Path) != shard)
                throw new CheckpointException($"{index} says that {SafetensorsHeader.Shown(name)} is in {shard}, but it is not.");
        }
    }

    private void Add(string path, Dictionary<string, string>? map)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (var tensor in file.Tensors)
        {
            if (map is not null && !map.ContainsKey(tensor.Name))
                throw new CheckpointException($"{path} holds {SafetensorsHeader.Shown(tensor.Name)}, which the index does not name.");
            if (!_tensors.TryAdd(tensor.Name, (file, tensor)))
                throw new CheckpointException($"{SafetensorsHeader.Shown(tensor.Name)} is in {path} and in {_tensors[tensor.Name].File.Path}.");
        }
    }
}
