using System.Text.Json;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>The answer of a contender's process to one <see cref="Request"/>.</summary>
internal sealed record Reply
{
    /// <summary>Marks the lines that are meant for the parent, among whatever a library prints.</summary>
    private const string Mark = "@dsc-peers ";

    /// <summary>Why it was not done, in a sentence.</summary>
    public string? Failure { get; init; }

    public ContenderFacts? Facts { get; init; }

    public string Settings { get; init; } = "";

    public double Seconds { get; init; }

    public MachineLimits? Limits { get; init; }

    public string ToLine() => Mark + JsonSerializer.Serialize(this);

    /// <summary>The reply of a line; null for a line that is none.</summary>
    public static Reply? Parse(string line)
    {
        if (!line.StartsWith(Mark, StringComparison.Ordinal)) return null;
        try
        {
            return JsonSerializer.Deserialize<Reply>(line.AsSpan(Mark.Length));
        }
        catch (JsonException)
        {
            // The last line of a process that died may be half a line.
            return null;
        }
    }
}
