using System.Buffers;
using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Text.Json;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>A safetensors file in the making, mapped into memory: fill the tensors in any order, from any thread, then commit.</summary>
/// <remarks>The file has its name only after <see cref="Commit"/>; without it, nothing is left behind.</remarks>
public sealed unsafe class SafetensorsOutput : IDisposable
{
    /// <summary>Bytes of a cache line.</summary>
    internal const int Line = 64;

    private readonly string _path;
    private readonly string _partial;
    private readonly long[] _starts;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _base;
    private bool _closed;

    private SafetensorsOutput(string path, string partial, IReadOnlyList<TensorLayout> tensors, bool aligned)
    {
        _path = path;
        _partial = partial;
        Tensors = tensors;
        _starts = new long[tensors.Count];
        int[] order = [.. Enumerable.Range(0, tensors.Count).OrderBy(i => aligned && tensors[i].Bytes % Line != 0 ? 1 : 0)];
        var header = Header([.. order.Select(i => tensors[i])], aligned ? Line : 8);
        var length = (long)header.Length;
        foreach (var i in order)
        {
            _starts[i] = length;
            length += tensors[i].Bytes;
        }

        // The space is claimed here: a full disk is an error now, and not a fault while the map is written.
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.ReadWrite, Share = FileShare.None, PreallocationSize = length, BufferSize = 0,
        };
        var stream = new FileStream(partial, options);
        try
        {
            stream.SetLength(length);
            _file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            _view = _file.CreateViewAccessor(0, length);
        }
        catch
        {
            _file?.Dispose();
            stream.Dispose();
            File.Delete(partial);
            throw;
        }

        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _base);
        Length = length;
        // Written in any order, pages would be small, and stay so for whoever maps the file while the system has it in memory.
        LargePages.Ask(_base, length);
        header.CopyTo(new Span<byte>(_base, header.Length));
    }

    /// <summary>The tensors.</summary>
    public IReadOnlyList<TensorLayout> Tensors { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; }

    /// <summary>Makes the file.</summary>
    /// <param name="path">Where it will be; an existing file is replaced on commit.</param>
    /// <param name="tensors">Names without duplicates.</param>
    /// <param name="aligned">Tensors of whole cache lines come first and begin at one, so that whoever maps the file reads no line twice; else in the order given, as
    /// other programs write them.</param>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public static SafetensorsOutput Create(string path, IReadOnlyList<TensorLayout> tensors, bool aligned)
    {
        var partial = path + ".partial";
        try
        {
            return new SafetensorsOutput(path, partial, tensors, aligned);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>First byte of a tensor; <see cref="TensorLayout.Bytes"/> of it may be written.</summary>
    public byte* Data(int tensor)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        return _base + _starts[tensor];
    }

    /// <summary>Finishes the file under its name.</summary>
    /// <exception cref="CheckpointException">The file cannot be written.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        try
        {
            Close();
            File.Move(_partial, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{_path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Throws away what was not committed.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            Close();
            File.Delete(_partial);
        }
    }

    private static byte[] Header(IReadOnlyList<TensorLayout> tensors, int grain)
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.GetSpan(8)[..8].Clear();
        buffer.Advance(8);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            var position = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.Type));
                json.WriteStartArray("shape");
                foreach (var extent in tensor.Shape)
                {
                    json.WriteNumberValue(extent);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(position);
                position += tensor.Bytes;
                json.WriteNumberValue(position);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        var padded = new byte[(buffer.WrittenCount + grain - 1) / grain * grain];
        padded.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(padded);
        BinaryPrimitives.WriteInt64LittleEndian(padded, padded.Length - 8);
        return padded;
    }

    private void Close()
    {
        _closed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
