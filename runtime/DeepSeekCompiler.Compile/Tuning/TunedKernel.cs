using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>What was found about a kernel.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Shape">What its schedule depends on.</param>
/// <param name="Tokens">Tokens of the calls.</param>
/// <param name="Tried">Candidates that were measured.</param>
/// <param name="Choice">The best of them; null where the compiler's own choice stays.</param>
/// <param name="Default">Seconds of a call as the compiler has it.</param>
/// <param name="Best">Seconds with the best candidate, whether it was taken or not.</param>
/// <param name="Gain">The first over the second, pair by pair, measured anew after the choice.</param>
public sealed record TunedKernel(string Kernel, string Shape, int Tokens, int Tried, KernelChoice? Choice, Spread Default, Spread Best, Spread Gain)
{
    /// <summary>Candidates that were not measured, and why.</summary>
    public IReadOnlyList<DroppedChoice> Dropped { get; init; } = [];
}
