using System.Runtime.CompilerServices;
using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>A tensor in a mapped file. Its pointer is good until the file or checkpoint is disposed.</summary>
public sealed unsafe class CheckpointTensor
{
    private readonly long[] _shape;

    internal CheckpointTensor(string name, SafetensorsType type, long[] shape, string file, long begin, long end)
    {
        Name = name;
        Type = type;
        _shape = shape;
        File = file;
        Begin = begin;
        Bytes = end - begin;
    }

    public string Name { get; }

    /// <summary>The stored type.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The format that kernels read the type as; null for types that no weight has.</summary>
    public StorageFormat? Format => SafetensorsTypes.FormatOf(Type);

    /// <summary>Extents, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape => _shape;

    /// <summary>Name of the file it is in.</summary>
    public string File { get; }

    /// <summary>Its first byte, row-major little-endian elements.</summary>
    public byte* Data { get; internal set; }

    /// <summary>Bytes of the data.</summary>
    public long Bytes { get; }

    /// <summary>Place in the data section of the file.</summary>
    internal long Begin { get; }

    /// <summary>The elements; 16-bit and 8-bit floating point numbers are read as their codes.</summary>
    /// <exception cref="InvalidOperationException">The elements have another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        if (typeof(T) != SafetensorsTypes.ElementOf(Type))
        {
            throw new InvalidOperationException($"{Name} is stored as {SafetensorsTypes.NameOf(Type)}; it is read as {SafetensorsTypes.ElementOf(Type).Name}, not {typeof(T).Name}.");
        }

        return new ReadOnlySpan<T>(Data, checked((int)(Bytes / Unsafe.SizeOf<T>())));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {SafetensorsTypes.NameOf(Type)} {Wording.Shape(_shape)}";
}
