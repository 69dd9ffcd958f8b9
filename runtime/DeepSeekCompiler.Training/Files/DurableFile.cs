using System.Runtime.InteropServices;

namespace DeepSeekCompiler.Training.Files;

/// <summary>Files and folders that are on the disk, and not only in the system's memory, when a method returns.</summary>
internal static partial class DurableFile
{
    /// <summary>Waits until the content of a file is on the disk.</summary>
    public static void Flush(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Waits until the names in a folder are on the disk. Windows has no such call, and keeps them in its journal.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        int handle = Open(path, 0);
        if (handle < 0) throw new IOException($"The folder {path} cannot be opened (error {Marshal.GetLastPInvokeError()}).");
        _ = Sync(handle);
        _ = Close(handle);
    }

    /// <summary>Writes a file whole: it is there with all of its bytes, or as it was before.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string partial = path + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
        FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int handle);
}
