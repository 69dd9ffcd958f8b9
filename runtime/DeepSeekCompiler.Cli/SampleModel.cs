namespace DeepSeekCompiler.Cli;

/// <summary>Finds the sample model's folder: beside the tool, or above it in a clone.</summary>
internal static class SampleModel
{
    public static string Folder()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, "samples", "story-model");
        if (Directory.Exists(beside)) return beside;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "samples", "story-model");
            if (Directory.Exists(path)) return path;
        }

        throw new UserException("The sample model (samples/story-model) is not beside dsc; name a model folder with --model.");
    }
}
