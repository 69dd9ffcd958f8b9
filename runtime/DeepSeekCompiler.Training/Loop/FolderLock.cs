namespace DeepSeekCompiler.Training.Loop;

/// <summary>Keeps two processes from training in the same folder; the system lets go of it when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _stream;

    private FolderLock(FileStream stream) => _stream = stream;

    /// <exception cref="TrainingException">Another process has it, or the folder cannot be made.</exception>
    public static FolderLock Take(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"The folder {folder} cannot be made: {e.Message}", e);
        }

        try
        {
            return new FolderLock(new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"Another process trains in {folder}, or it cannot be written: {e.Message}", e);
        }
    }

    public void Dispose() => _stream.Dispose();
}
