namespace DeepSeekCompiler.Cli;

/// <summary>A file that a command writes: refused before anything long begins, and whole or as it was afterwards.</summary>
internal static class OutputFile
{
    private const string Partial = ".partial";

    /// <param name="option">The option that names the file.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="UserException">No file can be there.</exception>
    public static void Check(string option, string path)
    {
        if (Directory.Exists(path)) throw new UserException($"{option} {path} is a folder; name a file in it.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new UserException($"{option} {path}: there is no folder {folder}.");
        if (File.Exists(path)) return;
        try
        {
            File.Create(path + Partial, 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{option} {path} cannot be written: {e.Message}");
        }
    }

    /// <param name="path">The file; what was in it is replaced when all is written.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="UserException">It cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string? partial = null;
        try
        {
            // A pipe or a device is written to: a file that is moved to its place would be there instead of it.
            using var special = OpenSpecial(path);
            if (special is not null)
            {
                write(special);
                return;
            }

            partial = path + Partial;
            using (var file = File.Create(partial)) write(file);
            File.Move(partial, path, overwrite: true);
            partial = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be written: {e.Message}");
        }
        finally
        {
            if (partial is not null) File.Delete(partial);
        }
    }

    // Opening it also says whether a file that is there may be written.
    private static FileStream? OpenSpecial(string path)
    {
        if (!File.Exists(path)) return null;
        var there = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        if (!there.CanSeek || (!OperatingSystem.IsWindows() && Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal))) return there;
        there.Dispose();
        return null;
    }
}
