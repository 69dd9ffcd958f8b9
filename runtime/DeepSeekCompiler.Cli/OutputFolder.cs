namespace DeepSeekCompiler.Cli;

/// <summary>A folder that a command writes into.</summary>
internal static class OutputFolder
{
    /// <param name="path">The folder of <c>--out</c>, which may be there.</param>
    /// <exception cref="UserException">No folder can be there.</exception>
    public static void Create(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"--out {path} cannot be made a folder: {e.Message}");
        }
    }
}
