using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>How a kernel runs on a target: data, printable, chosen by a pure function. It never changes what is computed, only the order of sums.</summary>
/// <param name="Name">A word that tells schedules of one kernel apart (decode, prefill).</param>
/// <param name="Phases">In order, a barrier between each two.</param>
public sealed record KernelSchedule(string Name, IReadOnlyList<Phase> Phases);
