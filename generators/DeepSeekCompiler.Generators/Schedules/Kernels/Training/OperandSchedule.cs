using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms.Training;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels.Training;

/// <summary>The phase that rounds the operands of a product, tile by tile, in vectors along their rows.</summary>
internal static class OperandSchedule
{
    /// <summary>Nothing where the operands are the tensors themselves.</summary>
    public static void AddPhase(IReadOnlyList<Operand> operands, Machine target, List<Phase> phases)
    {
        var splits = new List<Split>();
        var branches = new List<IReadOnlyList<StageSchedule>>();
        foreach (var operand in operands)
        {
            if (operand.Stages.Count > 0) branches.Add(operand.IsOneWide ? OneWide(operand, target, splits) : Wide(operand, target, splits));
        }

        if (branches.Count > 0) phases.Add(new("Operands", splits, [], branches));
    }

    private static List<LoopSpec> Outer(Operand operand)
    {
        var outer = new List<LoopSpec>();
        foreach (var axis in operand.Items) outer.Add(new(axis, 0, LoopKind.Parallel));
        return outer;
    }

    // The largest magnitude is taken along the vectors, and the scale is one number.
    private static List<StageSchedule> Wide(Operand operand, Machine target, List<Split> splits)
    {
        var outer = Outer(operand);
        if (operand.Tile is { } tile) outer.Add(new(tile, 0, LoopKind.Serial));
        var column = operand.Column!;
        splits.Add(Split.Lanes(column, target.Lanes, 1, column.IsStatic ? 4 : 1));
        return Stages(operand, outer, outer.Count, stage =>
        {
            bool sums = stage is Reduce;
            if (stage is Map && !Mentions(stage, column)) return [];
            var order = new List<LoopSpec>();
            if (operand.Row is { } row) order.Add(new(row, 0, LoopKind.Serial));
            order.AddRange([new(column, 0, LoopKind.Serial), new(column, 1, sums ? LoopKind.Unroll : LoopKind.Serial, sums), new(column, 2, LoopKind.Serial), new(column, 3, LoopKind.Vector)]);
            return order;
        });
    }

    // A vector has neighbouring tiles: largest magnitudes and scales are vectors too. Strips of columns are work items.
    private static List<StageSchedule> OneWide(Operand operand, Machine target, List<Split> splits)
    {
        var (column, row) = (operand.Column!, operand.Row!);
        var outer = Outer(operand);
        outer.Add(new(column, 0, LoopKind.Parallel));
        if (operand.Tile is { } tile) outer.Add(new(tile, 0, LoopKind.Serial));
        splits.Add(Split.Strips(column, Tiles.Strip, target.Lanes, Tiles.Vectors(target)));
        LoopSpec group = new(column, 1, LoopKind.Serial), rows = new(row, 0, LoopKind.Serial);
        LoopSpec[] lanes = [new(column, 2, LoopKind.Unroll), new(column, 3, LoopKind.Vector)];
        return Stages(operand, outer, outer.Count, stage => stage is Reduce ? [group, rows, .. lanes] : Mentions(stage, row) ? [rows, group, .. lanes] : [group, .. lanes]);
    }

    private static List<StageSchedule> Stages(Operand operand, List<LoopSpec> outer, int shared, System.Func<Stage, List<LoopSpec>> inner)
    {
        var stages = new List<StageSchedule>();
        foreach (var stage in operand.Stages)
        {
            bool local = stage is Reduce;
            stages.Add(new(stage, [.. outer, .. inner(stage)], stages.Count == 0 ? 0 : shared)
            {
                StoredAt = local ? shared : 0,
                Scope = !local ? MemoryScope.Workspace : operand.IsOneWide ? MemoryScope.Scratch : MemoryScope.Register,
            });
        }

        return stages;
    }

    private static bool Mentions(Stage stage, Axis axis)
    {
        foreach (var own in stage.Axes)
        {
            if (own == axis) return true;
        }

        return false;
    }
}
