using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Rows;

/// <summary>How a group goes through a row: a thread has pieces of four columns (of one, where a row is no multiple of four), one at a time from all threads
/// side by side, so that a warp has 128 columns, a block of quantised numbers. A row is read once, all of it before anything is computed, and stays in registers.</summary>
/// <param name="Plan">The stages.</param>
/// <param name="Threads">Of a group.</param>
/// <param name="Steps">Pieces of a thread.</param>
/// <param name="Parts">Groups of a row.</param>
internal sealed record RowTile(RowPlan Plan, int Threads, int Steps, int Parts)
{
    // More pieces of all that is read than these would not stay in registers; where a sum goes along the row, twice as many must.
    private const int MostPieces = 10;
    private const int MostSteps = 18;

    /// <summary>The tile of stages over the rows of <paramref name="item"/>; null on a device whose warps have no instructions to work together, and where a stage wants something else.</summary>
    public static RowTile? Of(Axis item, IReadOnlyList<Stage> stages, Machine target)
    {
        if (target.Matrix == MatrixUnit.None || RowPlan.Of(item, stages) is not { } plan) return null;
        int warps = plan.Stages.Max(s => Warps(s.Columns));
        if (warps == 0) return null;
        bool whole = plan.Stages.Any(s => s.Kind == RowStageKind.Total);
        // A group that has the row to itself has up to sixteen warps; groups that share it have eight.
        int most = Math.Max(1, (whole ? MostPieces - 1 : MostPieces) / (whole ? 1 : Math.Max(1, plan.Loads)));
        int threads = 32 * (warps < 4 ? warps : warps <= 4 * most ? 4 : warps <= 8 * most || !whole ? 8 : 16);
        int steps = (32 * warps + threads - 1) / threads, parts = whole ? 1 : (steps + most - 1) / most;
        steps = (steps + parts - 1) / parts;
        return steps > MostSteps ? null : new(plan, threads, steps, parts);
    }

    /// <summary>Columns of a thread that are neighbours.</summary>
    public static int Piece(int columns) => columns % 4 == 0 ? 4 : 1;

    /// <summary>Whether some threads have nothing to do with a step of a row.</summary>
    /// <param name="columns">Of the row.</param>
    /// <param name="step">Which.</param>
    public bool IsRagged(int columns, int step) => (Parts > 1 ? Parts * Steps : step + 1) * Threads * Piece(columns) > columns;

    /// <summary>Steps that a row takes.</summary>
    public int StepsOf(int columns) => Parts > 1 ? Steps : (columns + Threads * Piece(columns) - 1) / (Threads * Piece(columns));

    /// <summary>The stages as a phase.</summary>
    /// <param name="name">Of the phase.</param>
    /// <param name="stages">What they are.</param>
    /// <param name="kept">Temporaries that later phases read.</param>
    public Phase Phase(string name, IReadOnlyList<Stage> stages, params Tensor?[] kept) =>
        new(name, [], [], [[.. stages.Select(s => new StageSchedule(s, []) { Scope = kept.Contains(s.Target.Tensor) ? MemoryScope.Workspace : MemoryScope.Register })]]) { Row = this };

    public override string ToString() => string.Format(
        CultureInfo.InvariantCulture, "{0} threads for {1}, {2} pieces of four columns a thread", Threads, Parts == 1 ? "a row" : $"one of {Parts.ToString(CultureInfo.InvariantCulture)} parts of a row", Steps);

    // Warps that would go through a row in one step.
    private static int Warps(int columns) => (columns / Piece(columns) + 31) / 32;
}
