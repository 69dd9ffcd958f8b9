using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms.Training;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels.Training;

/// <summary>Attention of whole rows on the host: a head of a row is a work item; all five products are register tiles of rows by vectors.</summary>
internal sealed class AttentionSchedule
{
    private readonly Machine _target;
    private readonly List<Split> _splits = new();
    private readonly List<StageSchedule> _stages = new();
    private readonly HashSet<Axis> _known = new();

    private AttentionSchedule(Machine target) => _target = target;

    public static KernelSchedule Of(AttentionForward a, Machine target)
    {
        var s = new AttentionSchedule(target);
        LoopSpec[] item = [.. Loops(LoopKind.Parallel, a.Items)];
        LoopSpec[] tile = [.. item, new(a.Block, 0, LoopKind.Serial), new(a.Query, 0, LoopKind.Serial)];
        LoopSpec within = new(a.Query, 1, LoopKind.Serial);
        s.Tile(a.Query);
        s.Transpose(a.Transpose, item);
        s.Outer(a.Score, 2, 4, [.. tile, new(a.Score.Axes[4], 0, LoopKind.Serial)], a.Query, a.Score.Axes[5]);
        foreach (var stage in a.Softmax) s.Along(stage, 4, [.. tile, within], a.Query);
        s.Outer(a.Mix, 4, 4, tile, a.Query, a.Mix.Axes[4]);
        s.Along(a.Normalize, 4, [.. tile, within], a.Query);
        return s.Done();
    }

    public static KernelSchedule Of(AttentionBackward a, Machine target)
    {
        var s = new AttentionSchedule(target);
        LoopSpec[] item = [.. Loops(LoopKind.Parallel, a.Items)];
        LoopSpec[] block = [.. item, .. Loops(LoopKind.Serial, a.Head, a.Block)];
        LoopSpec[] tile = [.. block, new(a.Query, 0, LoopKind.Serial)];
        LoopSpec within = new(a.Query, 1, LoopKind.Serial);
        s.Tile(a.Query);
        for (int i = 0; i < 2; i++) s.Along(a.Start[i], 2, [.. item, new(a.Start[i].Axes[2], 0, LoopKind.Serial)], null);
        for (int i = 2; i < 4; i++) s.Transpose(a.Start[i], item);
        s.Along(a.Along, 2, [.. tile, within], a.Query);
        foreach (var score in a.Scores) s.Outer(score, 4, 4, [.. tile, new(score.Axes[5], 0, LoopKind.Serial)], a.Query, score.Axes[6]);
        foreach (var point in a.Points) s.Along(point, 4, [.. tile, within], a.Query);
        s.Outer(a.QueryGradient, 4, 4, tile, a.Query, a.QueryGradient.Axes[5]);
        foreach (var rows in a.KeyGradients)
        {
            s.Tile(rows.Axes[4]);
            s.Outer(rows, 4, 4, [.. block, new(rows.Axes[4], 0, LoopKind.Serial)], rows.Axes[4], rows.Axes[5]);
        }

        return s.Done();
    }

    private static IEnumerable<LoopSpec> Loops(LoopKind kind, params Axis[] axes)
    {
        foreach (var axis in axes) yield return new(axis, 0, kind);
    }

    private void Tile(Axis axis) => _splits.Add(Split.Tile(axis, OuterSchedule.Rows));

    private void Add(Stage stage, int fuse, int stored, List<LoopSpec> order) =>
        _stages.Add(new(stage, order, _stages.Count == 0 ? 0 : fuse) { StoredAt = stored, Scope = MemoryScope.Scratch });

    private void Transpose(Map map, LoopSpec[] item)
    {
        Axis page = map.Axes[2], key = map.Axes[3], column = map.Axes[4];
        Add(map, 2, 2, [.. item, new(page, 0, LoopKind.Serial), new(column, 0, LoopKind.Serial), new(key, 0, LoopKind.Serial)]);
    }

    // A register tile: columns' steps, what is summed, rows, vectors.
    private void Outer(Reduce sum, int fuse, int stored, LoopSpec[] outer, Axis rows, Axis columns)
    {
        _splits.Add(Split.Lanes(columns, _target.Lanes, 1, Tiles.Vectors(_target)));
        var order = new List<LoopSpec>(outer) { new(columns, 0, LoopKind.Serial), new(sum.Over[0], 0, LoopKind.Serial), new(rows, 1, LoopKind.Unroll) };
        OuterSchedule.AddLanes(order, columns);
        Add(sum, fuse, stored, order);
    }

    // Vectors along what is left of a stage.
    private void Along(Stage stage, int fuse, LoopSpec[] outer, Axis? query)
    {
        var last = stage is Reduce reduce ? reduce.Over[0] : stage.Axes[stage.Axes.Count - 1];
        var order = new List<LoopSpec>(outer);
        if (last != query)
        {
            if (_known.Add(last)) _splits.Add(Split.Lanes(last, _target.Lanes, 1, 1));
            order.Add(new(last, 0, LoopKind.Serial));
            order.Add(new(last, 1, LoopKind.Serial));
            order.Add(new(last, 2, LoopKind.Serial));
            order.Add(new(last, 3, LoopKind.Vector));
        }

        Add(stage, fuse, fuse, order);
    }

    private KernelSchedule Done() => new("a head of a row a work item, register tiles of rows by vectors", [new("Heads", _splits, [], [_stages])]);
}
