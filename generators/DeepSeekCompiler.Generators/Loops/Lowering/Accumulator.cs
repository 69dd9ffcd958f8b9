using System.Collections.Generic;
using DeepSeekCompiler.Generators.Schedules;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>The running sums of a reduction: one for every point of the free loops inside it.</summary>
internal sealed class Accumulator
{
    public Accumulator(int depth, IReadOnlyList<LoopSpec> dims, int[] sizes, Buffer? vector, Buffer? scalar, int lanes)
    {
        Depth = depth;
        Dims = dims;
        Sizes = sizes;
        Vector = vector;
        Scalar = scalar;
        Lanes = lanes;
    }

    /// <summary>Loops around it.</summary>
    public int Depth { get; }

    /// <summary>The loops inside that have sums of their own.</summary>
    public IReadOnlyList<LoopSpec> Dims { get; }

    public int[] Sizes { get; }

    /// <summary>Sums by lane of a reduction that runs in vectors.</summary>
    public Buffer? Vector { get; }

    /// <summary>Sums of everything else: scalar tails, and reductions whose free axis runs in vectors.</summary>
    public Buffer? Scalar { get; }

    /// <summary>Lanes of <see cref="Vector"/>.</summary>
    public int Lanes { get; }
}
