using System.Collections.Generic;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>Where and how one stage runs.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Order">Its loops, outermost first.</param>
/// <param name="Fuse">How many of the outer loops it shares with the stage before it.</param>
public sealed record StageSchedule(Stage Stage, IReadOnlyList<LoopSpec> Order, int Fuse = 0)
{
    /// <summary>For a temporary: how many loops stand around its storage; only the part that the inner loops touch is kept.</summary>
    public int StoredAt { get; init; }

    public MemoryScope Scope { get; init; } = MemoryScope.Scratch;

    /// <summary>For a reduction with a scale: the loop depth inside which the scale does not change and is left out, to be applied once behind it; 0 for none.</summary>
    public int ScaleAt { get; init; }

    /// <summary>For a reduction: the loop depth inside which it sums in registers; what comes out is added to the target, which keeps the sums of the reduced
    /// loops outside. A scale is applied to what comes out. 0 for none.</summary>
    public int BlockAt { get; init; }

    /// <summary>Stored in the order of the loops (see <see cref="Split.Lanes"/>), not in that of the axes.</summary>
    public bool Staged { get; init; }

    /// <summary>Axes along which its numbers are the same in all loops that are not open around its storage: computed for the first trip of those and kept once.</summary>
    public IReadOnlyList<Axis> Once { get; init; } = [];

    /// <summary>What the loops at depth <see cref="PrefetchAt"/> ask for ahead, trip by trip; it is read later. Axes whose inner loops are not open there count from their start.</summary>
    public IReadOnlyList<Read> Prefetch { get; init; } = [];

    public int PrefetchAt { get; init; }

    /// <summary>A remark for the reader of the generated code.</summary>
    public string? Remark { get; init; }
}
