using System.Collections.Generic;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Schedules.Rows;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>Part of a kernel between two barriers: a prologue that every worker repeats for itself, then work items.</summary>
/// <param name="Name">A word for the generated function.</param>
/// <param name="Splits">How the axes are cut; axes not named are whole.</param>
/// <param name="Prologue">Stages without parallel loops, whose results stay in scratch.</param>
/// <param name="Branches">Each a list of stages under the same parallel loops; the branches' items follow each other.</param>
public sealed record Phase(string Name, IReadOnlyList<Split> Splits, IReadOnlyList<StageSchedule> Prologue, IReadOnlyList<IReadOnlyList<StageSchedule>> Branches)
{
    /// <summary>Work items are long: workers take them one by one.</summary>
    public bool Coarse { get; init; }

    /// <summary>For products on matrix instructions, their tiles; the branches then have no loops.</summary>
    internal ProductTile? Tile { get; init; }

    /// <summary>The same for decode attention.</summary>
    internal AttentionWork? Attention { get; init; }

    /// <summary>The same for the queries of prefill attention.</summary>
    internal FlashPhase? Flash { get; init; }

    /// <summary>The same for stages that a group of several warps goes through a row with.</summary>
    internal RowTile? Row { get; init; }
}
