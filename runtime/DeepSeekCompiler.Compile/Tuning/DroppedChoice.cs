using DeepSeekCompiler.Generators.Schedules.Tuning;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>A candidate that was not measured.</summary>
/// <param name="Choice">What it chooses.</param>
/// <param name="Reason">Why not, as a sentence.</param>
public sealed record DroppedChoice(KernelChoice Choice, string Reason);
