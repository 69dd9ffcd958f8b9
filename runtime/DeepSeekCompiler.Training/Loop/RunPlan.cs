using System.Text.Json;
using DeepSeekCompiler.Training.Files;

namespace DeepSeekCompiler.Training.Loop;

/// <summary>What a run's folder says of the run: <c>run.json</c>, written when it begins and read when it goes on.</summary>
public sealed record RunPlan
{
    /// <summary>A text file, a folder, a token shard, or <see cref="Stories"/>.</summary>
    public required string Data { get; init; }

    /// <summary>A row a document; otherwise rows are cut from one stream.</summary>
    public required bool DocumentRows { get; init; }

    /// <summary>Rows that evaluations look at, at most.</summary>
    public required int HeldOutRows { get; init; }

    public required TrainingSettings Settings { get; init; }

    /// <summary>The name of the sample corpus.</summary>
    public const string Stories = "stories";

    /// <summary>Writes it into a run's folder, whole or not at all.</summary>
    public void Save(string folder) => DurableFile.Replace(PathIn(folder), JsonSerializer.SerializeToUtf8Bytes(this, SettingsJson.Default.RunPlan));

    /// <exception cref="TrainingException">The folder holds no run, or one of another version.</exception>
    public static RunPlan Load(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathIn(folder)), SettingsJson.Default.RunPlan) ?? throw new JsonException("null is no plan");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"{folder} holds no run to go on with: there is no {PathIn(folder)}.", e);
        }
        catch (JsonException e)
        {
            throw new TrainingException($"{PathIn(folder)} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Whether a folder holds a run.</summary>
    public static bool Exists(string folder) => File.Exists(PathIn(folder));

    private static string PathIn(string folder) => Path.Combine(folder, "run.json");
}
