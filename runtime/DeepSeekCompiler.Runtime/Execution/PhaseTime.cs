namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Time of one phase of a kernel.</summary>
/// <param name="Name">What the generated code calls it, behind the kernel's name.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Seconds">In all.</param>
/// <param name="Least">Of the shortest call.</param>
public sealed record PhaseTime(string Name, int Calls, double Seconds, double Least);
