using DeepSeekCompiler.Peers.Contenders;

namespace DeepSeekCompiler.Peers.Measurement;

/// <summary>A case, round by round.</summary>
/// <param name="Case">What was timed.</param>
/// <param name="GFlop">10^9 operations of products with weights in a run, two a weight and token; the head's for the last token of a prompt only.</param>
/// <param name="Rounds">In the order in which they ran.</param>
/// <param name="Settings">What contenders chose for it.</param>
internal sealed record CaseResult(BenchCase Case, double GFlop, List<Round> Rounds, Dictionary<string, string> Settings);
