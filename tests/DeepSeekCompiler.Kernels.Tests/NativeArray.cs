using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Aligned native memory for kernel arguments.</summary>
internal sealed unsafe class NativeArray<T>(int length) : INativeMemory, IDisposable
    where T : unmanaged
{
    public T* Pointer { get; private set; } = (T*)NativeMemory.AlignedAlloc((nuint)(Math.Max(length, 1) * sizeof(T)), 64);

    public nint Address => (nint)Pointer;

    public int Bytes => length * sizeof(T);

    public Span<T> Span => new(Pointer, length);

    public static NativeArray<T> Of(ReadOnlySpan<T> values)
    {
        var array = new NativeArray<T>(values.Length);
        values.CopyTo(array.Span);
        return array;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
