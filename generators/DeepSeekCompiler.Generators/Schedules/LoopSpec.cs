using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>One loop of a stage: which part of which axis, and how it runs.</summary>
/// <param name="Axis">The axis.</param>
/// <param name="Part">Index into the segments' parts.</param>
/// <param name="Kind">Serial, unrolled, vector or parallel.</param>
/// <param name="OwnSums">For an unrolled part of a reduced axis: every trip has accumulators of its own, which hides the latency of the additions.</param>
public sealed record LoopSpec(Axis Axis, int Part, LoopKind Kind, bool OwnSums = false)
{
    /// <summary>Runs over the axis in one loop, however the phase cuts it.</summary>
    public bool Whole { get; init; }

    /// <summary>Runs over the stretches of the axis alone whose tiles have one number, or several; null for all of it.</summary>
    public bool? Single { get; init; }

    /// <summary>Whether the loop runs over a stretch.</summary>
    public bool Takes(Segment stretch) => Single is not { } single || single == (stretch.Parts[^1].Count is Const { Value: 1 });
}
