using System.Text.Json.Serialization;

namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>One thing that is timed.</summary>
/// <param name="Kind">Prompt or single steps.</param>
/// <param name="Tokens">Of the prompt, or in front of the steps.</param>
/// <param name="Steps">Single steps of a run; 0 for a prompt.</param>
internal sealed record BenchCase(CaseKind Kind, int Tokens, int Steps)
{
    [JsonIgnore]
    public string Name => FormattableString.Invariant($"{(Kind == CaseKind.Prefill ? "prefill" : "decode at")} {Tokens}");

    /// <summary>Tokens that a run's seconds are for.</summary>
    [JsonIgnore]
    public int Timed => Kind == CaseKind.Prefill ? Tokens : Steps;

    /// <summary>The longest context it needs.</summary>
    [JsonIgnore]
    public int Longest => Tokens + Steps;
}
