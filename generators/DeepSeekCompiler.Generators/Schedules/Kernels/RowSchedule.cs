using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Schedules.Rows;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Schedules of the stages that prepare activation rows.</summary>
internal static class RowSchedule
{
    /// <summary>Rows in front of a streaming product: in the memory of every worker, or in a phase of their own where workers share them.</summary>
    /// <returns>The prologue of the phase that follows.</returns>
    public static List<StageSchedule> InFront(ActivationRows rows, Machine target, int narrow, List<Split> splits, List<Phase> phases)
    {
        if (!target.SharesRows) return Of(rows, target, LoopKind.Serial, true, narrow, splits);
        OwnPhase(rows, target, phases);
        return [];
    }

    /// <summary>Rows as a phase, a token a work item; none where the product reads x itself.</summary>
    public static void OwnPhase(ActivationRows rows, Machine target, List<Phase> phases, string name = "Rows")
    {
        if (rows.Stages.Count == 0) return;
        if (RowTile.Of(rows.Row, rows.Stages, target) is { } tile)
        {
            phases.Add(tile.Phase(name, rows.Stages, rows.Rows, rows.Scales));
            return;
        }

        var splits = new List<Split> { Columns(rows, target) };
        phases.Add(new(name, splits, [], [Of(rows, target, LoopKind.Parallel, false, 1, splits)]));
    }

    /// <summary>How columns are cut where rows are made: pairs of whole numbers lie in blocks of a scale.</summary>
    public static Split Columns(ActivationRows rows, Machine target) => rows.Block > 0 ? Split.Blocks(rows.Column, rows.Block / 2, target.Lanes, 1) : Split.Lanes(rows.Column, target.Lanes, 1, 1);

    /// <summary>As <see cref="OwnPhase"/>, in the order in which a product along <paramref name="column"/> reads them.</summary>
    public static void StagedPhase(ActivationRows rows, Machine target, int narrow, Split column, List<Phase> phases)
    {
        if (rows.Stages.Count == 0) return;
        var splits = new List<Split> { column };
        phases.Add(new("Rows", splits, [], [Of(rows, target, LoopKind.Parallel, true, narrow, splits)]));
    }

    /// <param name="rows">The stages.</param>
    /// <param name="target">Vector width.</param>
    /// <param name="token">How the loop over tokens runs: parallel in a phase of its own, serial in a prologue.</param>
    /// <param name="staged">The rows are laid out for the streaming loop.</param>
    /// <param name="narrow">Numbers of the weight's format in a word.</param>
    /// <param name="splits">Receives how the axes are cut.</param>
    public static List<StageSchedule> Of(ActivationRows rows, Machine target, LoopKind token, bool staged, int narrow, List<Split> splits)
    {
        var result = new List<StageSchedule>();
        bool fused = false;
        foreach (var stage in rows.Stages)
        {
            var order = new List<LoopSpec> { new(rows.Row, 0, token) };
            bool isRows = stage.Target.Tensor == rows.Rows || stage.Target.Tensor == rows.Scales;
            foreach (var axis in stage.Axes)
            {
                if (axis != rows.Row) Inner(axis, stage, target, staged && axis == rows.Column && narrow > 1, isRows, order, splits);
            }

            if (stage is Reduce reduce) Inner(reduce.Over[0], stage, target, false, isRows, order, splits);
            result.Add(new StageSchedule(stage, order, fused ? 1 : 0)
            {
                // The finished rows outlive the loop over tokens; what leads to them does not.
                StoredAt = isRows ? 0 : 1,
                Scope = !isRows ? MemoryScope.Register : token == LoopKind.Parallel ? MemoryScope.Workspace : MemoryScope.Scratch,
                Staged = isRows && staged,
                Remark = isRows ? "Rows of x as the products read them." : null,
            });
            fused = true;
        }

        return result;
    }

    private static void Inner(Axis axis, Stage stage, Machine target, bool strided, bool staged, List<LoopSpec> order, List<Split> splits)
    {
        bool vectors = stage is Reduce reduce ? axis == reduce.Over[0] : stage.Axes[stage.Axes.Count - 1] == axis && axis.Name == "k";
        if (!vectors)
        {
            order.Add(new(axis, 0, LoopKind.Serial));
            return;
        }

        splits.AddUnknown(Split.Lanes(axis, target.Lanes, 1, stage is Reduce && axis.IsStatic ? 4 : 1));
        order.Add(new(axis, 0, LoopKind.Serial));
        order.Add(new(axis, 1, stage is Reduce ? LoopKind.Unroll : LoopKind.Serial, stage is Reduce));
        order.Add(new(axis, 2, strided ? LoopKind.Unroll : LoopKind.Serial));
        // Lanes that stride are neighbours only in what is stored in their order.
        order.Add(new(axis, 3, Vectorizable(stage) && (staged || !strided) ? LoopKind.Vector : LoopKind.Serial));
    }

    // Rounding to E4M3 and reading a scale that changes along the row are scalar work: a few microseconds a row.
    private static bool Vectorizable(Stage stage) => stage is not Map { Value: var value } || !IsQuantized(value);

    private static bool IsQuantized(Expr e) => Walk.Any(e, x => x is Unary { Op: UnaryOp.RoundE4M3 });
}
