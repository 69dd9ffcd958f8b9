using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeepSeekCompiler.Peers.Measurement;

/// <summary>A whole run: what its JSON file holds.</summary>
/// <param name="Started">When, in universal time.</param>
/// <param name="Machine">Processor and system.</param>
/// <param name="Threads">Of every contender.</param>
/// <param name="Model">Its name and size.</param>
/// <param name="Contenders">In the order of their turns.</param>
/// <param name="Cases">In the order in which they ran.</param>
internal sealed record RunResult(DateTime Started, string Machine, int Threads, string Model, List<ContenderResult> Contenders, List<CaseResult> Cases)
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true, Converters = { new JsonStringEnumConverter() }, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, s_options));

    /// <exception cref="PeerException">It is no such file.</exception>
    public static RunResult Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RunResult>(File.ReadAllText(path), s_options) ?? throw new PeerException($"{path} is no result of a run.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new PeerException($"{path} is no result of a run: {e.Message}", e);
        }
    }

    /// <summary>The cases of several runs of one model on one machine as one result.</summary>
    /// <exception cref="PeerException">They do not belong together.</exception>
    public static RunResult Merge(IReadOnlyList<RunResult> runs)
    {
        var first = runs[0];
        if (runs.FirstOrDefault(r => r.Model != first.Model || r.Machine != first.Machine || r.Threads != first.Threads) is { } other)
            throw new PeerException($"Runs of {first.Model} ({first.Machine}, {first.Threads} threads) and {other.Model} ({other.Machine}, {other.Threads} threads) are no one table.");

        // A contender that failed in one run and not in another keeps both: its failure is said, its cases are there.
        var contenders = runs.SelectMany(r => r.Contenders).GroupBy(c => c.Name).Select(same => same.FirstOrDefault(c => c.Failure is not null) ?? same.First()).ToList();
        return first with { Contenders = contenders, Cases = [.. runs.SelectMany(r => r.Cases)] };
    }
}
