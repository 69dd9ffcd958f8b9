namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>One safetensors file of any element types, mapped into memory.</summary>
/// <remarks>The file must not be shortened while it is mapped: the operating system would end the process.</remarks>
public sealed class SafetensorsFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly Dictionary<string, CheckpointTensor> _byName;

    private SafetensorsFile(MappedFile file, List<CheckpointTensor> tensors)
    {
        _file = file;
        Tensors = tensors;
        _byName = tensors.ToDictionary(t => t.Name);
    }

    /// <summary>The tensors, in the order of their data.</summary>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long Length => _file.Length;

    /// <summary>A tensor that must be there.</summary>
    /// <exception cref="CheckpointException">There is none of that name.</exception>
    public CheckpointTensor this[string name] =>
        Find(name) ?? throw new CheckpointException($"{_file.Name} has no tensor {Wording.Quote(name)}.");

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="CheckpointException">The file cannot be read, or is no sound safetensors file.</exception>
    public static SafetensorsFile Open(string path) => Open(path, new AllocationBudget(0));

    /// <summary>A tensor, or null.</summary>
    public CheckpointTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Unmaps the file; pointers into it are dead.</summary>
    public void Dispose() => _file.Dispose();

    internal static SafetensorsFile Open(string path, AllocationBudget budget)
    {
        var file = MappedFile.Open(path);
        try
        {
            budget.Add(file.Length);
            return new SafetensorsFile(file, SafetensorsHeader.Read(file, budget));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
