using System.Collections.Generic;
using DeepSeekCompiler.Generators.Schedules;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>The running sums of a reduction: one for every point of the free loops inside it.</summary>
/// <param name="Dims">The loops inside that have sums of their own.</param>
/// <param name="Sizes">Sums along each of them.</param>
/// <param name="Vector">Sums by lane of a reduction that runs in vectors; null for others.</param>
/// <param name="Scalar">Sums of everything else: scalar tails, and reductions whose free axis runs in vectors; null where there are none.</param>
/// <param name="Lanes">Lanes of <paramref name="Vector"/>.</param>
internal sealed record Accumulator(IReadOnlyList<LoopSpec> Dims, int[] Sizes, Buffer? Vector, Buffer? Scalar, int Lanes);
