using System.IO.MemoryMappedFiles;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>A memory-mapped safetensors file.</summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _bytes;

    private SafetensorsFile(string path, MemoryMappedFile map, MemoryMappedViewAccessor view)
    {
        Path = path;
        _map = map;
        _view = view;
    }

    public string Path { get; }

    /// <summary>In file order.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; private set; } = [];

    /// <exception cref="CheckpointException">The file cannot be opened or is malformed.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafetensorsFile? file = null;
        try
        {
            long length = new FileInfo(path).Length;
            if (length < 8) throw new CheckpointException($"{path} has {length} bytes; a safetensors file starts with 8 bytes of header length.");
            var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            file = new SafetensorsFile(path, map, map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read));
            file._view.SafeMemoryMappedViewHandle.AcquirePointer(ref file._bytes);
            file.Tensors = SafetensorsHeader.Read(path, file._bytes, length);
            return file;
        }
        catch (CheckpointException)
        {
            file?.Dispose();
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            file?.Dispose();
            throw new CheckpointException($"{path} cannot be opened: {SafetensorsHeader.FirstSentence(e.Message)}", e);
        }
    }

    /// <summary>First byte of a tensor, valid until the file is disposed.</summary>
    public byte* Data(SafetensorsTensor tensor) => _bytes + tensor.Offset;

    /// <summary>The numbers of a tensor, copied.</summary>
    /// <exception cref="CheckpointException">There is no such tensor, or it is of another size of element.</exception>
    public T[] Read<T>(string name)
        where T : unmanaged
    {
        foreach (var tensor in Tensors)
        {
            if (tensor.Name != name) continue;
            if (SafetensorsTypes.Size(tensor.Type) != sizeof(T)) throw new CheckpointException($"{name} in {Path} is {SafetensorsTypes.Name(tensor.Type)}.");
            return new ReadOnlySpan<T>(Data(tensor), checked((int)(tensor.Length / sizeof(T)))).ToArray();
        }

        throw new CheckpointException($"{Path} has no tensor {name}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_bytes != null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _bytes = null;
        }

        _view.Dispose();
        _map.Dispose();
    }
}
