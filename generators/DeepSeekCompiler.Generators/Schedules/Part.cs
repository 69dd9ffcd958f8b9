using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>One loop of a split axis.</summary>
/// <param name="Count">Trips.</param>
/// <param name="Stride">What one trip adds to the axis' value.</param>
/// <param name="StagedStride">What one trip adds to the position in a tensor staged in the order of the loops.</param>
public readonly record struct Part(Expr Count, int Stride, int StagedStride)
{
    /// <summary>An upper bound of a count that is known at run time only; 0 where the axis' own bound is the only one.</summary>
    public int Most { get; init; }
}
