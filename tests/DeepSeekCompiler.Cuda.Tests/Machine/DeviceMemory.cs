using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Allocations of the simulated device, aligned as a driver aligns them, and filled with what spoils a sum that reads them unwritten.</summary>
public sealed unsafe class DeviceMemory : IDisposable
{
    private readonly List<nint> _all = [];

    public ArrayView<T> Allocate<T>(long count)
        where T : unmanaged
    {
        nuint bytes = (nuint)(Math.Max(count, 16) * sizeof(T));
        void* start = NativeMemory.AlignedAlloc(bytes, 256);
        NativeMemory.Fill(start, bytes, 0x7F);
        lock (_all) _all.Add((nint)start);
        return new((T*)start, count);
    }

    public ArrayView<T> Of<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var view = Allocate<T>(values.Length);
        values.CopyTo(new(view.Start, values.Length));
        return view;
    }

    public void Dispose()
    {
        foreach (nint start in _all) NativeMemory.AlignedFree((void*)start);
        _all.Clear();
    }
}
