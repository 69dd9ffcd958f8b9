namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Keeps the files that an index names inside the checkpoint folder.</summary>
/// <remarks>Links may lead to another file of the folder, or, in a download cache of the Hugging Face hub
/// (<c>snapshots/REVISION</c> beside <c>blobs</c>), to its blobs.</remarks>
internal static class ShardPath
{
    private const int MaxLinks = 40;

    /// <summary>The full path of a shard.</summary>
    /// <param name="folder">The checkpoint folder.</param>
    /// <param name="name">The file name in the index.</param>
    /// <exception cref="CheckpointException">The name is no plain file name, or leads out of the folder.</exception>
    public static string Of(string folder, string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().IndexOfAny("/\\:\0") >= 0 || name.Any(char.IsControl)
            || !name.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            throw new CheckpointException($"The index names the file {Wording.Quote(name)}; it should be the plain name of a .safetensors file in the same folder.");
        }

        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            throw new CheckpointException(Directory.Exists(path)
                ? $"The index names the file {Wording.Quote(name)}, which is a folder."
                : $"The index names the file {Wording.Quote(name)}, which is not in {folder}.");
        }

        var home = Real(folder);
        var target = Path.GetDirectoryName(Real(path));
        if (target is null || !(target == home || target.StartsWith(home + Path.DirectorySeparatorChar, StringComparison.Ordinal) || target == Blobs(home)))
        {
            throw new CheckpointException($"The index names the file {Wording.Quote(name)}, which is a link that leads out of {folder}.");
        }

        return path;
    }

    private static string? Blobs(string home)
    {
        var snapshots = Path.GetDirectoryName(home);
        return Path.GetFileName(snapshots) == "snapshots" ? Path.Combine(Path.GetDirectoryName(snapshots)!, "blobs") : null;
    }

    /// <summary>The path without any link in it.</summary>
    private static string Real(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        var left = new Stack<string>(Parts(full));
        for (var links = 0; left.TryPop(out var part);)
        {
            var next = Path.Combine(real, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new CheckpointException($"{path} goes through more than {MaxLinks} links.");
            }

            // Links are resolved part by part, so ".." in the target means the parent of the real folder.
            var resolved = Path.GetFullPath(Path.Combine(real, target));
            foreach (var more in Parts(resolved))
            {
                left.Push(more);
            }

            real = Path.GetPathRoot(resolved)!;
        }

        return real;
    }

    // Innermost first, as a stack wants them.
    private static IEnumerable<string> Parts(string full) =>
        full[Path.GetPathRoot(full)!.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse();
}
