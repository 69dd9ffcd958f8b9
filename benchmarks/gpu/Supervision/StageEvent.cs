using System.Text.Json;

namespace DeepSeekCompiler.GpuBenchmark.Supervision;

/// <summary>A line that a child process writes: that an item begins (<see cref="Seconds"/> is null), or what became of it.</summary>
internal sealed record StageEvent(string Item, double? Seconds, string? Failure, Dictionary<string, double>? Figures, string? Trace = null)
{
    /// <summary>Marks the lines that are meant for the parent, among whatever a driver prints.</summary>
    private const string Mark = "@dsc-gpu ";

    public string ToLine() => Mark + JsonSerializer.Serialize(this);

    /// <summary>The event of a line; null for a line that is none.</summary>
    public static StageEvent? Parse(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal)) return null;
        try
        {
            return JsonSerializer.Deserialize<StageEvent>(line.AsSpan(Mark.Length));
        }
        catch (JsonException)
        {
            // The last line of a process that was killed may be half a line.
            return null;
        }
    }
}
