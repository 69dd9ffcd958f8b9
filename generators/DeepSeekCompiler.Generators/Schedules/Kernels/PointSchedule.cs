using System.Collections.Generic;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Schedules.Rows;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Stages that work on one token (or slot) at a time: that axis is parallel, what is inside runs in vectors where it can.</summary>
internal static class PointSchedule
{
    public static StageSchedule Of(Stage stage, Axis item, Machine target, List<Split> splits, bool fused)
    {
        var order = new List<LoopSpec> { new(item, 0, LoopKind.Parallel) };
        var inner = stage is Reduce reduce ? reduce.Over[0] : stage.Axes[stage.Axes.Count - 1];
        foreach (var axis in stage.Axes)
        {
            if (axis != item && axis != inner) order.Add(new(axis, 0, LoopKind.Serial));
        }

        if (inner != item)
        {
            bool vectors = Contiguous.Along(stage, inner);
            if (vectors)
            {
                splits.Add(Split.Lanes(inner, target.Lanes, 1, stage is Reduce ? 4 : 1));
                order.Add(new(inner, 0, LoopKind.Serial));
                order.Add(new(inner, 1, stage is Reduce ? LoopKind.Unroll : LoopKind.Serial, stage is Reduce));
                order.Add(new(inner, 2, LoopKind.Serial));
                order.Add(new(inner, 3, LoopKind.Vector));
            }
            else
            {
                order.Add(new(inner, 0, LoopKind.Serial));
            }
        }

        return new(stage, order, fused ? 1 : 0) { StoredAt = 1, Scope = MemoryScope.Register };
    }

    /// <summary>A whole kernel of such stages.</summary>
    public static KernelSchedule Kernel(IReadOnlyList<Stage> stages, Axis item, Machine target)
    {
        if (RowTile.Of(item, stages, target) is { } tile) return new("a group of several warps for a row", [tile.Phase("Rows", stages)]);
        var splits = new List<Split>();
        var scheduled = new List<StageSchedule>();
        foreach (var stage in stages) scheduled.Add(Of(stage, item, target, splits, scheduled.Count > 0));
        return new("one work item a row", [new("Rows", splits, [], [scheduled])]);
    }
}
