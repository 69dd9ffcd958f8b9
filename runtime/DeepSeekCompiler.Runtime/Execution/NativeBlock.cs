using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Native memory, 64-byte aligned and not cleared; freed with its owner even when nobody disposes it.</summary>
internal sealed unsafe class NativeBlock : IDisposable
{
    public NativeBlock(long bytes)
    {
        Pointer = LargePages.Allocate(bytes);
    }

    ~NativeBlock() => Free();

    public byte* Pointer { get; private set; }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
