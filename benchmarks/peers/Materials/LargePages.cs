using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeepSeekCompiler.Peers.Materials;

/// <summary>Reads files anew so that they lie in the system's memory in pages of 2 MiB, ours and llama.cpp's alike: pages of which size a file has depends on who wrote or read it
/// last, and makes up to a fifth of what a decode step takes. Only Linux can be asked.</summary>
internal static unsafe partial class LargePages
{
    private const int DontNeed = 4, HugePage = 14;

    /// <param name="path">A file that no process has mapped.</param>
    public static void Read(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        // What is not on the disk yet cannot be dropped.
        RandomAccess.FlushToDisk(handle);
        _ = FileAdvise((int)handle.DangerousGetHandle(), 0, 0, DontNeed);
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* first = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref first);
        try
        {
            _ = MemoryAdvise(first, (nuint)view.Capacity, HugePage);
            byte sum = 0;
            for (long at = 0; at < view.Capacity; at += Environment.SystemPageSize) sum += Volatile.Read(ref first[at]);
            GC.KeepAlive(sum);
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int FileAdvise(int file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* address, nuint length, int advice);
}
