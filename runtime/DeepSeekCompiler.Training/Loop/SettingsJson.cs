using System.Text.Json;
using System.Text.Json.Serialization;
using DeepSeekCompiler.Training.Checkpoints;

namespace DeepSeekCompiler.Training.Loop;

/// <summary>Settings and state as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TrainingSettings))]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(RunPlan))]
internal sealed partial class SettingsJson : JsonSerializerContext
{
    /// <summary>The first setting that differs, with both values.</summary>
    public static string Difference(TrainingSettings theirs, TrainingSettings ours)
    {
        using var one = JsonSerializer.SerializeToDocument(theirs.WithoutHabits(), Default.TrainingSettings);
        using var other = JsonSerializer.SerializeToDocument(ours.WithoutHabits(), Default.TrainingSettings);
        foreach (var property in one.RootElement.EnumerateObject())
        {
            string now = other.RootElement.GetProperty(property.Name).GetRawText();
            if (property.Value.GetRawText() != now) return $"{property.Name} {property.Value.GetRawText()}, now {now}";
        }

        return "none that shows";
    }
}
