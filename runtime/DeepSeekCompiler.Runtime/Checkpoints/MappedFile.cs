using System.IO.MemoryMappedFiles;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>A file mapped into memory for reading.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _pointer;
    private bool _disposed;

    private MappedFile(string path, long length)
    {
        Name = System.IO.Path.GetFileName(path);
        Length = length;
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        try
        {
            _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        }
        catch
        {
            _file?.Dispose();
            stream.Dispose();
            throw;
        }

        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _pointer);
        Pointer = _pointer + _view.PointerOffset;
        LargePages.Ask(Pointer, length);
    }

    /// <summary>The file name without its folder, for messages.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <summary>The first byte.</summary>
    public byte* Pointer { get; private set; }

    /// <exception cref="CheckpointException">There is no such file, it is empty, or it cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new CheckpointException($"{path} is a folder; it should be a file.");
            }

            var info = new FileInfo(path);
            if (!info.Exists)
            {
                throw new CheckpointException($"There is no file {path}.");
            }

            // The length is asked of what a link points to. Pipes and devices have none, and are not opened: that could wait for ever.
            var length = info.LinkTarget is null ? info.Length : (info.ResolveLinkTarget(true) as FileInfo)?.Length ?? 0;
            if (length == 0)
            {
                throw new CheckpointException($"{path} is empty; it should be a safetensors file or its index.");
            }

            return new MappedFile(path, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CheckpointException($"{path} cannot be read: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Pointer = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
