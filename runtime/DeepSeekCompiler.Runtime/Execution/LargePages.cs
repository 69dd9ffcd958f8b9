using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Memory in pages of 2 MiB where the system has them to give. A pass over weights meets each 4 KiB page once, so every one of them is a walk through the page
/// tables (two nested ones on a virtual machine) that the reads behind it wait for.</summary>
internal static unsafe partial class LargePages
{
    /// <summary>Bytes of a large page, and what memory must be aligned to for one.</summary>
    public const int Bytes = 2 << 20;

    private const int HugePageAdvice = 14;

    // Advice that cannot be given once cannot be given at all.
    private static volatile bool _none = !OperatingSystem.IsLinux();

    /// <summary>Memory that is not cleared, for <see cref="NativeMemory.AlignedFree"/>: 64-byte aligned, from the size of a large page on in large pages.</summary>
    /// <param name="bytes">At least 64 are given.</param>
    public static byte* Allocate(long bytes)
    {
        nuint size = checked((nuint)Math.Max(bytes, 64));
        if (bytes < Bytes) return (byte*)NativeMemory.AlignedAlloc(size, 64);
        byte* memory = (byte*)NativeMemory.AlignedAlloc(size, Bytes);
        Ask(memory, bytes);
        return memory;
    }

    /// <summary>Asks for large pages behind addresses that nothing has touched yet. Of a file, the system reads and keeps what is not in its memory already in pages of that size,
    /// where the file system can.</summary>
    public static void Ask(byte* memory, long bytes)
    {
        if (_none || bytes < Bytes) return;
        nuint first = (nuint)memory & ~(nuint)(Environment.SystemPageSize - 1);
        try
        {
            // A wish: what comes back says that the system cannot, and then pages are small.
            _ = Advise((void*)first, (nuint)memory + (nuint)bytes - first, HugePageAdvice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            _none = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
