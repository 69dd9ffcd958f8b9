using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Decode attention: parts of the context by groups of heads are the work items, so that a cache row read once serves several heads; on matrix
/// instructions where the cache's numbers are theirs.</summary>
internal static class AttentionDecodeSchedule
{
    private const int HeadTile = 4;

    public static KernelSchedule Of(AttentionDecode a, Machine target, NumberFormat format)
    {
        var phases = new List<Phase>();
        if (a.Absorb is not null) phases.Add(Absorb(a, target));
        var tile = AttentionTile.Of(a, target);
        phases.Add(tile is not null ? OnMatrixUnit(a, tile) : a.Parts.Across is not null ? DecodeAcrossSchedule.Parts(a, target) : Parts(a, target));
        if (JoinTile.Fits(a.Shape, target)) phases.Add(Work("Join", new JoinTile(a), a.JoinedRest is { } rest ? [.. a.Join, a.Joined, rest] : [.. a.Join, a.Joined], a.Expand is not null));
        else phases.Add(Join(a, target, format));
        if (a.Expansion is { } expansion) phases.Add(Tensorize.Products([expansion], MatrixForm.TensorStreaming, target) with { Name = "Expand" });
        else if (a.Expand is not null && target.SharesRows) phases.Add(Expand(a, target, format));
        string name = tile is not null ? $"matrix instructions, {tile.Keys} keys a step" : target.SharesRows ? "four heads to a cache row"
            : a.Parts.Across is not null ? "a page decoded once for a block of heads, vectors along heads" : "a page read once for all heads";
        return new("split over the context, " + name, phases);
    }

    /// <summary>What is open about it.</summary>
    public static TuningForm Form(AttentionDecode a, LatentAttentionSpec? latent, Machine target)
    {
        string text = AttentionText.Of(a.Shape, latent);
        return target.PacksPanels ? HostForms.Decode(text) : AttentionTile.Of(a, target) is not null ? CudaForms.Decode(text, a, target) : PortableForms.Decode(text, target);
    }

    private static Phase OnMatrixUnit(AttentionDecode a, AttentionTile tile)
    {
        var p = a.Parts;
        List<Stage> stages = [.. p.Start, p.Score, .. p.Softmax, p.Values, p.KeepMaximum, .. p.Finish];
        return Work("Parts", tile, stages);
    }

    private static Phase Work(string name, AttentionWork work, List<Stage> stages, bool stored = false) =>
        new(name, [], [], [stages.ConvertAll(stage => new StageSchedule(stage, []) { Scope = stored && stage == stages[^1] ? MemoryScope.Workspace : MemoryScope.Scratch })]) { Attention = work };

    private static Phase Absorb(AttentionDecode a, Machine target)
    {
        if (a.AbsorbsOnMatrixUnit) return Work("Absorb", new AbsorbTile(a), [a.Absorb!, a.CopyRope!]);
        var absorb = a.Absorb!;
        Axis h = absorb.Axes[0], t = absorb.Axes[1], c = absorb.Axes[2], d = absorb.Over[0];
        var e = a.CopyRope!.Axes[2];
        // A device has workers enough for a few columns each; the rope part is a work item of its own there.
        bool apart = target.SharesRows;
        LoopSpec[] item = [new(h, 0, LoopKind.Parallel), new(t, 0, LoopKind.Serial)];
        LoopSpec[] block = apart ? [new(h, 0, LoopKind.Parallel), new(c, 0, LoopKind.Parallel), new(t, 0, LoopKind.Serial)] : [.. item, new(c, 0, LoopKind.Serial)];
        LoopSpec[] vectors = [new(c, 1, LoopKind.Unroll), new(c, 2, LoopKind.Unroll), new(c, 3, LoopKind.Vector)];
        var sums = new StageSchedule(absorb, [.. block, new(d, 0, LoopKind.Serial), .. vectors]);
        if (a.ScaleQuery is not null) sums = sums with { StoredAt = block.Length, Scope = MemoryScope.Register };
        var stages = new List<StageSchedule> { Asking(sums, a, target) };
        if (a.ScaleQuery is { } scale) stages.Add(new(scale, [.. block, .. vectors], block.Length));
        var rope = new StageSchedule(a.CopyRope, [.. item, .. Lanes(e, LoopKind.Serial)], apart ? 0 : item.Length);
        var splits = new List<Split> { Split.Lanes(c, target.Lanes, 1, AbsorbVectors(target)), Split.Lanes(e, target.Lanes, 1, 1) };
        return new("Absorb", splits, [], apart ? [stages, [rope]] : [[.. stages, rope]]);
    }

    // Rows of values lie between two heads' rows of keys, so the processor stops reading ahead at every head. A trip takes a part of a row, as wide as the sums.
    private static StageSchedule Asking(StageSchedule absorb, AttentionDecode a, Machine target)
    {
        var weight = a.Weight!;
        int columns = Math.Min(weight.Columns, AbsorbVectors(target) * target.Lanes), bytes = columns * weight.Format.Bytes();
        if (Tiles.AheadRows(target, weight, 1, jumps: true) == 0 || weight.Columns % columns != 0) return absorb;
        return StreamingSchedule.AskingFor(absorb, absorb.Order.Count - 3, weight, null, a.KeyRow((Tiles.Ahead + bytes - 1) / bytes), absorb.Stage.Axes[2], 1, columns);
    }

    private static int AbsorbVectors(Machine target) => target.Lanes == 1 || target.SharesRows ? 4 : target.Registers / 2;

    private static Phase Parts(AttentionDecode a, Machine target)
    {
        var p = a.Parts;
        var splits = new List<Split> { Split.Tile(p.Head, HeadTile) };
        LoopSpec tile = new(p.Head, 0, LoopKind.Serial), heads = new(p.Head, 1, LoopKind.Unroll), page = new(p.Page, 0, LoopKind.Serial);
        // A host's worker takes a part of the context for all heads: a page comes from memory once and stays near for every tile of heads, whose sums
        // are kept beside it. A device has workers enough for a tile of heads each.
        bool all = !target.SharesRows;
        LoopSpec[] item = all
            ? [new(a.Token, 0, LoopKind.Parallel), new(p.Group, 0, LoopKind.Parallel), new(p.Part, 0, LoopKind.Parallel)]
            : [new(a.Token, 0, LoopKind.Parallel), new(p.Group, 0, LoopKind.Parallel), tile with { Kind = LoopKind.Parallel }, new(p.Part, 0, LoopKind.Parallel)];
        LoopSpec[] outside = all ? [.. item, tile] : item, inside = all ? [.. item, page, tile] : [.. item, page];
        var stages = new List<StageSchedule>();
        void Add(Stage stage, LoopSpec[] around, params LoopSpec[] inner) =>
            stages.Add(new(stage, [.. around, .. inner], stages.Count == 0 ? 0 : SharedLoops(stages[stages.Count - 1], around)) { StoredAt = item.Length, Scope = MemoryScope.Register });

        foreach (var stage in p.Start) Add(stage, outside, [heads, .. Along(stage, p.Head, target, splits)]);
        if (p.RopeScore is { } rope) AddScore(rope);
        AddScore(p.Score);
        void AddScore(Reduce score)
        {
            var (j, d) = (score.Axes[5], score.Over[0]);
            splits.Add(Split.Tile(j, target.Choice.Keys ?? (target.Registers == 32 ? 4 : 2)));
            splits.Add(Split.Lanes(d, target.Lanes, 1, 1));
            Add(score, inside, new(j, 0, LoopKind.Serial), new(d, 0, LoopKind.Serial), new(d, 1, LoopKind.Serial), new(d, 2, LoopKind.Serial), heads, new(j, 1, LoopKind.Unroll),
                new(d, 3, LoopKind.Vector));
        }

        foreach (var stage in p.Softmax) Add(stage, inside, [heads, .. Along(stage, p.Head, target, splits)]);
        var (values, v, row) = (p.Values, p.Values.Axes[5], p.Values.Over[0]);
        splits.Add(Split.Lanes(v, target.Lanes, 1, target.Registers == 32 ? 4 : 2));
        Add(values, inside, new(v, 0, LoopKind.Serial), new(row, 0, LoopKind.Serial), heads, new(v, 1, LoopKind.Unroll), new(v, 2, LoopKind.Unroll), new(v, 3, LoopKind.Vector));
        Add(p.KeepMaximum, inside, heads);
        foreach (var stage in p.Finish) Add(stage, outside, [heads, .. Along(stage, p.Head, target, splits)]);
        return new("Parts", splits, [], [stages]);
    }

    /// <summary>How many of these loops the stage before runs in as well.</summary>
    private static int SharedLoops(StageSchedule before, LoopSpec[] loops)
    {
        int shared = 0;
        while (shared < loops.Length && before.Order[shared].Equals(loops[shared])) shared++;
        return shared;
    }

    private static Phase Join(AttentionDecode a, Machine target, NumberFormat format)
    {
        var splits = new List<Split>();
        // Where workers are many, the expansion is a phase of its own, a number of an answer a work item.
        bool apart = target.SharesRows;
        LoopSpec[] item = [new(a.JoinHead, 0, LoopKind.Parallel), new(a.Token, 0, apart ? LoopKind.Parallel : LoopKind.Serial)];
        var stages = new List<StageSchedule>();
        foreach (var stage in a.Join)
        {
            bool mix = stage is Reduce { Over: [var over] } && over == a.JoinPart;
            var inner = mix ? MixLoops(stage, a, target, splits) : Plain(stage, a);
            stages.Add(new(stage, [.. item, .. inner], stages.Count == 0 ? 0 : 2) { StoredAt = 2, Scope = MemoryScope.Register });
        }

        int narrow = a.Expand is null ? 1 : target.Narrow(format);
        var k = a.Joined.Axes[2];
        splits.Add(Split.Lanes(k, target.Lanes, narrow, a.Expand is null ? 1 : Tiles.Unroll(target, format)));
        stages.Add(new(a.Joined, [.. item, new(k, 0, LoopKind.Serial), new(k, 1, LoopKind.Serial), new(k, 2, LoopKind.Unroll), new(k, 3, LoopKind.Vector)], 2)
        {
            StoredAt = apart ? 0 : 2,
            Scope = apart && a.Expand is not null ? MemoryScope.Workspace : MemoryScope.Scratch,
            Staged = a.Expand is not null && !apart,
        });
        if (a.Expand is null || apart) return new("Join", splits, [], [stages]);
        AddExpansion(a, target, format, item, new(a.Expand.Axes[2], 0, LoopKind.Serial), 2, stages);
        return new("Join", splits, [], [stages]);
    }

    private static Phase Expand(AttentionDecode a, Machine target, NumberFormat format)
    {
        var stages = new List<StageSchedule>();
        LoopSpec[] item = [new(a.JoinHead, 0, LoopKind.Parallel), new(a.Expand!.Axes[2], 0, LoopKind.Parallel)];
        AddExpansion(a, target, format, item, new(a.Token, 0, LoopKind.Serial), 0, stages);
        return new("Expand", [Split.Lanes(a.Joined.Axes[2], target.Lanes, 1, Tiles.Unroll(target, format))], [], [stages]);
    }

    private static void AddExpansion(AttentionDecode a, Machine target, NumberFormat format, LoopSpec[] item, LoopSpec inner, int fuse, List<StageSchedule> stages)
    {
        var (expand, k) = (a.Expand!, a.Joined.Axes[2]);
        var order = new List<LoopSpec>(item) { inner, new(k, 0, LoopKind.Serial) };
        int scaleAt = expand.Scale is null ? 0 : order.Count;
        StreamingSchedule.AddLanes(order, k, target, true);
        var sums = new StageSchedule(expand, order, fuse) { StoredAt = 3, Scope = MemoryScope.Register, ScaleAt = scaleAt };
        int ahead = Tiles.AheadRows(target, a.Weight!, 1);
        if (ahead > 0) sums = StreamingSchedule.AskingFor(sums, 4, a.Weight!, null, a.ValueRow(ahead), k, 1, StreamingSchedule.Trip(target, format, Tiles.Unroll(target, format)));
        stages.Add(sums);
        stages.Add(new(a.StoreExpanded!, [.. item, inner], 3));
    }

    private static LoopSpec[] MixLoops(Stage stage, AttentionDecode a, Machine target, List<Split> splits)
    {
        var c = stage.Axes[2];
        splits.Add(Split.Lanes(c, target.Lanes, 1, 4));
        return [new(c, 0, LoopKind.Serial), new(a.JoinPart, 0, LoopKind.Serial), new(c, 1, LoopKind.Unroll), new(c, 2, LoopKind.Unroll), new(c, 3, LoopKind.Vector)];
    }

    private static LoopSpec[] Plain(Stage stage, AttentionDecode a)
    {
        if (stage is Reduce reduce) return [new(reduce.Over[0], 0, LoopKind.Serial)];
        var last = stage.Axes[stage.Axes.Count - 1];
        return last == a.Token || last == a.JoinHead ? [] : [new(last, 0, LoopKind.Serial)];
    }

    /// <summary>Vector loops along the last axis of a stage by head, or along what it reduces.</summary>
    private static LoopSpec[] Along(Stage stage, Axis head, Machine target, List<Split> splits)
    {
        var last = stage is Reduce reduce ? reduce.Over[0] : stage.Axes[stage.Axes.Count - 1];
        if (last == head) return [];
        splits.Add(Split.Lanes(last, target.Lanes, 1, 1));
        return Lanes(last, LoopKind.Serial);
    }

    private static LoopSpec[] Lanes(Axis axis, LoopKind outer) => [new(axis, 0, outer), new(axis, 1, LoopKind.Serial), new(axis, 2, LoopKind.Serial), new(axis, 3, LoopKind.Vector)];
}
