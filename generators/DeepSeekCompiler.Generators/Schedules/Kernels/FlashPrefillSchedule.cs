using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Prefill attention on a GPU without matrix instructions: a head is a work item; a page is expanded once for all queries of the chunk.</summary>
internal static class FlashPrefillSchedule
{
    public static KernelSchedule Of(FlashPrefill a, Machine target)
    {
        var splits = new List<Split>();
        var stages = new List<StageSchedule>();
        LoopSpec head = new(a.Head, 0, LoopKind.Parallel), page = new(a.Page, 0, LoopKind.Serial), block = new(a.Block, 0, LoopKind.Serial);
        int queries = target.Choice.Tokens ?? (target.Registers == 32 ? 4 : 3), rows = target.Choice.Rows ?? Tiles.Rows;
        void Add(Stage stage, int fuse, int stored, MemoryScope scope, params LoopSpec[] order) =>
            stages.Add(new(stage, order, stages.Count == 0 ? 0 : fuse) { StoredAt = stored, Scope = scope });

        foreach (var stage in a.Online.Start)
        {
            var last = stage.Axes[stage.Axes.Count - 1];
            Add(stage, 1, 1, MemoryScope.Workspace, stage.Axes.Count == 2 ? [head, .. Lanes(last, target, splits)] : [head, new(stage.Axes[1], 0, LoopKind.Serial), .. Lanes(last, target, splits)]);
        }

        foreach (var decode in new[] { a.DecodeKey, a.DecodeValue })
        {
            if (decode is not null) Add(decode, 1, 1, MemoryScope.Scratch, [head, new(decode.Axes[1], 0, LoopKind.Serial), .. Lanes(decode.Axes[2], target, splits)]);
        }

        AddPage(a.Keys, 1);
        if (a.RopeKeys is { } rope) Add(rope, 2, 1, MemoryScope.Scratch, [head, page, new(rope.Axes[2], 0, LoopKind.Serial), .. Lanes(rope.Axes[3], target, splits)]);
        AddPage(a.Values, 2);

        void AddPage(Stage stage, int fuse)
        {
            Axis j = stage.Axes[2], d = stage.Axes[3];
            if (stage is not Reduce reduce)
            {
                Add(stage, fuse, 1, MemoryScope.Scratch, [head, page, new(j, 0, LoopKind.Serial), .. Lanes(d, target, splits)]);
                return;
            }

            var r = reduce.Over[0];
            splits.Add(Split.Tile(j, queries));
            splits.Add(Split.Tile(d, rows));
            splits.Add(Split.Lanes(r, target.Lanes, 1, 1));
            Add(stage, fuse, 1, MemoryScope.Scratch, head, page, new(j, 0, LoopKind.Serial), new(d, 0, LoopKind.Serial), new(r, 0, LoopKind.Serial), new(r, 1, LoopKind.Serial), new(r, 2, LoopKind.Serial),
                new(j, 1, LoopKind.Unroll), new(d, 1, LoopKind.Unroll), new(r, 3, LoopKind.Vector));
        }

        var (score, i, k, depth) = (a.Online.Score, a.Query, a.Online.Score.Axes[4], a.Online.Score.Over[0]);
        // The axis of queries is tiled for the products and walked one by one for the softmax.
        splits.Add(Split.Tile(i, queries));
        splits.Add(Split.Tile(k, rows));
        splits.Add(Split.Lanes(depth, target.Lanes, 1, 1));
        LoopSpec tile = new(i, 0, LoopKind.Serial), within = new(i, 1, LoopKind.Serial), unrolled = new(i, 1, LoopKind.Unroll);
        Add(score, 2, 3, MemoryScope.Scratch, head, page, block, tile, new(k, 0, LoopKind.Serial), new(depth, 0, LoopKind.Serial), new(depth, 1, LoopKind.Serial), new(depth, 2, LoopKind.Serial),
            unrolled, new(k, 1, LoopKind.Unroll), new(depth, 3, LoopKind.Vector));
        foreach (var stage in a.Online.Softmax)
        {
            var last = stage is Reduce reduce ? reduce.Over[0] : stage.Axes[stage.Axes.Count - 1];
            Add(stage, 3, 3, MemoryScope.Scratch, last == i ? [head, page, block, tile, within] : [head, page, block, tile, within, .. Lanes(last, target, splits)]);
        }

        var (v, row) = (a.Online.Mix.Axes[4], a.Online.Mix.Over[0]);
        splits.Add(Split.Lanes(v, target.Lanes, 1, rows));
        Add(a.Online.Mix, 3, 3, MemoryScope.Scratch, head, page, block, tile, new(v, 0, LoopKind.Serial), new(row, 0, LoopKind.Serial), unrolled, new(v, 1, LoopKind.Unroll), new(v, 2, LoopKind.Unroll),
            new(v, 3, LoopKind.Vector));
        Add(a.Online.KeepMaximum, 3, 3, MemoryScope.Scratch, head, page, block, tile, within);
        Add(a.Online.Finish, 1, 1, MemoryScope.Scratch, [head, new(a.Online.Finish.Axes[1], 0, LoopKind.Serial), .. Lanes(a.Online.Finish.Axes[2], target, splits)]);
        return new("one head a work item, one page of keys at a time for all queries", [new("Heads", splits, [], [stages])]);
    }

    private static LoopSpec[] Lanes(Axis axis, Machine target, List<Split> splits)
    {
        splits.Add(Split.Lanes(axis, target.Lanes, 1, 1));
        return [new(axis, 0, LoopKind.Serial), new(axis, 1, LoopKind.Serial), new(axis, 2, LoopKind.Serial), new(axis, 3, LoopKind.Vector)];
    }
}
