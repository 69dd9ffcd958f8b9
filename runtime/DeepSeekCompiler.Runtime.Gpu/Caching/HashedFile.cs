using System.Security.Cryptography;

namespace DeepSeekCompiler.Runtime.Gpu.Caching;

/// <summary>Cached files that start with the hash of their content: a damaged one reads as missing. They are written beside their place and moved there, so
/// processes that write the same file at once leave a whole one. A folder that cannot be written costs time, nothing else.</summary>
public static class HashedFile
{
    private const int HashBytes = 32;

    /// <summary>The content; null where the file is missing or damaged.</summary>
    public static byte[]? Read(string path)
    {
        try
        {
            var file = File.ReadAllBytes(path);
            if (file.Length <= HashBytes)
            {
                return null;
            }

            var content = file.AsSpan(HashBytes);
            return SHA256.HashData(content).AsSpan().SequenceEqual(file.AsSpan(0, HashBytes)) ? content.ToArray() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a file whole, with its hash in front. One that cannot be written is left out: the next start makes it again.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var partial = $"{path}.{Environment.ProcessId}.{Guid.NewGuid():N}";
            using (var stream = File.Create(partial))
            {
                stream.Write(SHA256.HashData(content));
                stream.Write(content);
            }

            File.Move(partial, path, true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next start compiles again.
        }
    }
}
