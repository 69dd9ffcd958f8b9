using System.Collections.Generic;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>How a kernel runs on a target: data, printable, chosen by a pure function. It never changes what is computed, only the order of sums.</summary>
/// <param name="Name">A word that tells schedules of one kernel apart (decode, prefill).</param>
/// <param name="Phases">In order, a barrier between each two.</param>
public sealed record KernelSchedule(string Name, IReadOnlyList<Phase> Phases)
{
    /// <summary>Temporaries between phases that lie in tiles; all others are row-major.</summary>
    public IReadOnlyDictionary<Tensor, TileLayout> Layouts { get; init; } = new Dictionary<Tensor, TileLayout>();
}
