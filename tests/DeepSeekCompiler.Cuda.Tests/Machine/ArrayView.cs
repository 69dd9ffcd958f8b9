namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Stands in for ILGPU's view: memory of the simulated device, every index checked.</summary>
public readonly unsafe struct ArrayView<T>(T* start, long length)
    where T : unmanaged
{
    public long Length => length;

    public T* Start => start;

    public ref T this[long index] => ref start[index >= 0 && index < length ? index : throw new IndexOutOfRangeException($"{index} of {length} {typeof(T).Name}")];

    public ArrayView<T> SubView(long offset) => SubView(offset, length - offset);

    public ArrayView<T> SubView(long offset, long count) =>
        offset >= 0 && count >= 0 && offset + count <= length ? new(start + offset, count) : throw new IndexOutOfRangeException($"{offset} and {count} of {length} {typeof(T).Name}");

    public ArrayView<TOther> Cast<TOther>()
        where TOther : unmanaged => new((TOther*)start, length * sizeof(T) / sizeof(TOther));
}
