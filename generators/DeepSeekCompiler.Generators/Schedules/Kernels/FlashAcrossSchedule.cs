using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Prefill attention with wide vectors: a head is a work item; a page is expanded once for all queries of the chunk. All four products run in the
/// register tiles of <see cref="PackedSchedule"/>. Where a device's group is one thread, lanes are written out, for its compiler to make vectors of.</summary>
internal sealed class FlashAcrossSchedule
{
    private readonly Machine _target;
    private readonly List<Split> _splits = new();
    private readonly List<StageSchedule> _stages = new();

    private readonly int _lanes;
    private readonly LoopKind _lane;

    private FlashAcrossSchedule(Machine target)
    {
        _target = target;
        (_lanes, _lane) = target.PacksPanels ? (target.Lanes, LoopKind.Vector) : (Tiles.RowsOf(target), LoopKind.Unroll);
    }

    public static KernelSchedule Of(FlashAcross a, Machine target) => new FlashAcrossSchedule(target).Schedule(a);

    private KernelSchedule Schedule(FlashAcross a)
    {
        LoopSpec head = new(a.Head, 0, LoopKind.Parallel), page = new(a.Page, 0, LoopKind.Serial), block = new(a.Block, 0, LoopKind.Serial);
        foreach (var start in a.Online.Start)
            Add(start, [head, .. start.Axes.Count == 2 ? [] : Serial(start.Axes[1]), .. Lanes(start.Axes[start.Axes.Count - 1])], scope: _target.PacksPanels ? MemoryScope.Scratch : MemoryScope.Workspace);
        if (a.Parts.DecodeKey is { } decodeKey) Add(decodeKey, [head, .. Serial(decodeKey.Axes[1]), .. Lanes(decodeKey.Axes[2])]);
        if (a.Parts.DecodeValue is { } decodeValue) Add(decodeValue, [head, .. Across(decodeValue.Axes[1], decodeValue.Axes[2], a.Parts.DecodeValue)]);
        foreach (var copy in a.Parts.Copies) Add(copy, [head, page, .. Serial(copy.Axes[2]), .. Lanes(copy.Axes[3])], 2);
        Add(a.Parts.Across, [head, page, .. Across(a.Parts.Across.Axes[2], a.Parts.Across.Axes[3], a.Parts.Across)], 2);
        if (a.Parts.Keys is { } keys) Add(keys, [head, page, .. Tile(keys.Axes[2], keys.Axes[3], keys.Over[0])], 2);
        if (a.Parts.RopeKeys is { } rope) Add(rope, [head, page, .. Serial(rope.Axes[2]), .. Lanes(rope.Axes[3])], 2);
        if (a.Parts.Values is { } values) Add(values, [head, page, .. Tile(values.Axes[2], values.Axes[3], values.Over[0])], 2);

        LoopSpec tile = new(a.Query, 0, LoopKind.Serial), within = new(a.Query, 1, LoopKind.Serial);
        Add(a.Online.Score, [head, page, block, .. Tile(a.Query, a.Online.Score.Axes[4], a.Online.Score.Over[0])], 3, 3);
        foreach (var stage in a.Online.Softmax)
        {
            var last = stage is Reduce reduce ? reduce.Over[0] : stage.Axes[stage.Axes.Count - 1];
            Add(stage, [head, page, block, tile, within, .. last == a.Query ? [] : Lanes(last)], 5, 3);
        }

        Add(a.Online.Mix, [head, page, block, .. Tile(a.Query, a.Online.Mix.Axes[4], a.Online.Mix.Over[0])], 3, 3);
        Add(a.Online.KeepMaximum, [head, page, block, tile, within], 3, 3);
        Add(a.Online.Finish, [head, .. Serial(a.Online.Finish.Axes[1]), .. Lanes(a.Online.Finish.Axes[2])]);
        return new("one head a work item, one page of keys at a time for all queries, register tiles along keys and along values", [new("Heads", _splits, [], [_stages]) { Coarse = true }]);
    }

    /// <param name="stage">The next stage.</param>
    /// <param name="order">Its loops.</param>
    /// <param name="around">Outer loops that it shares with the stage before it, as far as that one has them.</param>
    /// <param name="stored">Loops around its storage.</param>
    /// <param name="scope">Where that is.</param>
    private void Add(Stage stage, LoopSpec[] order, int around = 1, int stored = 1, MemoryScope scope = MemoryScope.Scratch)
    {
        int shared = 0;
        if (_stages.Count > 0)
        {
            var before = _stages[_stages.Count - 1].Order;
            while (shared < around && shared < before.Count && before[shared].Equals(order[shared])) shared++;
        }

        _stages.Add(new(stage, order, shared) { StoredAt = stored, Scope = scope });
    }

    private static LoopSpec[] Serial(Axis axis) => [new(axis, 0, LoopKind.Serial)];

    private LoopSpec[] Lanes(Axis axis)
    {
        _splits.Add(Split.Lanes(axis, _target.Lanes, 1, 1));
        return [new(axis, 0, LoopKind.Serial), new(axis, 1, LoopKind.Serial), new(axis, 2, LoopKind.Serial), new(axis, 3, LoopKind.Vector)];
    }

    // Rows that are read become lanes.
    private LoopSpec[] Across(Axis rows, Axis columns, Map stage)
    {
        _splits.Add(Strips(rows));
        _splits.Add(Split.Blocks(columns, Tiles.Block, _target.Lanes, _target.Narrow(((Read)First(stage.Value)).Tensor.Format)));
        return
        [
            new(rows, 0, LoopKind.Serial), new(rows, 1, LoopKind.Serial), new(rows, 2, LoopKind.Serial), new(columns, 0, LoopKind.Serial), new(columns, 1, LoopKind.Serial),
            .. _target.PacksPanels
                ? (LoopSpec[])[new(columns, 2, LoopKind.Transpose), new(columns, 3, LoopKind.Transpose), new(rows, 3, LoopKind.Transpose)]
                : [new(columns, 2, LoopKind.Serial), new(columns, 3, LoopKind.Serial), new(rows, 3, LoopKind.Unroll)],
        ];
    }

    private static Expressions.Expr First(Expressions.Expr value) => value is Expressions.Binary b ? First(b.Left) : value;

    // Rows by vectors of columns, the whole reduced axis in registers.
    private LoopSpec[] Tile(Axis rows, Axis columns, Axis reduced)
    {
        if (!_splits.Exists(s => s.Axis == rows)) _splits.Add(Split.Exact(rows, _target.PacksPanels ? Tiles.PackedTokensOf(_target) : Tiles.Tokens(_target)));
        _splits.Add(Strips(columns));
        return
        [
            new(rows, 0, LoopKind.Serial), new(columns, 0, LoopKind.Serial), new(columns, 1, LoopKind.Serial), new(reduced, 0, LoopKind.Serial),
            new(rows, 1, LoopKind.Unroll), new(columns, 2, LoopKind.Unroll), new(columns, 3, _lane),
        ];
    }

    private Split Strips(Axis axis) => Split.Strips(axis, Tiles.Strip, _lanes, _target.PacksPanels ? Tiles.Vectors(_target) : 1);
}
