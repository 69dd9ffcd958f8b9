using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Parts of decode attention with vectors along heads (<see cref="DecodeAcross"/>). A part of the context for a block of heads is a work item; blocks of one part follow
/// each other, so that its pages are still near. Scores run in register tiles of keys by vectors of heads, values in those of heads by vectors of numbers.</summary>
internal sealed class DecodeAcrossSchedule
{
    private readonly Machine _target;
    private readonly List<Split> _splits = new();
    private readonly List<StageSchedule> _stages = new();
    private readonly LoopSpec[] _item;

    private DecodeAcrossSchedule(AttentionDecode a, Machine target)
    {
        _target = target;
        _item = [new(a.Token, 0, LoopKind.Parallel), new(a.Parts.Group, 0, LoopKind.Parallel), new(a.Parts.Part, 0, LoopKind.Parallel), new(a.Parts.Across!.Block, 0, LoopKind.Parallel)];
    }

    public static Phase Parts(AttentionDecode a, Machine target) => new DecodeAcrossSchedule(a, target).Schedule(a.Parts);

    private Phase Schedule(DecodeStages p)
    {
        var across = p.Across!;
        LoopSpec[] page = [.. _item, new(p.Page, 0, LoopKind.Serial)];
        foreach (var stage in p.Start) Add(stage, _item);
        Add(across.Queries[0], _item, Across(across.Queries[0].Axes[4], across.Queries[0].Axes[5]));
        for (int i = 1; i < across.Queries.Count; i++) Add(across.Queries[i], _item);
        foreach (var stage in across.Fixed?.Queries ?? []) Add(stage, _item);
        foreach (var copy in across.Copies) Add(copy, page);
        if (p.RopeScore is { } rope) AddScore(rope, page, across.Fixed!.RopeAhead);
        AddScore(p.Score, page, across.Ahead);
        foreach (var stage in p.Softmax) Add(stage, page);
        var (values, head, v) = (p.Values, p.Values.Axes[5], p.Values.Axes[6]);
        AddTile(values, page, [], Tile(head, Tiles.PackedTokens, v, Tiles.Strip, Tiles.Vectors(_target), values.Over[0]), Later(across, values, head, v));
        Add(p.KeepMaximum, page);
        // Parts of a head lie side by side there, not heads of a part.
        foreach (var stage in p.Finish)
        {
            if (stage.Axes.Count == _item.Length + 1) Add(stage, _item, [new(stage.Axes[_item.Length], 0, LoopKind.Serial)]);
            else Add(stage, _item);
        }

        return new("Parts", _splits, [], [_stages]);
    }

    private void AddScore(Reduce score, LoopSpec[] page, Read? ahead)
    {
        var (tile, j, h) = (score.Axes[5], score.Axes[6], score.Axes[7]);
        int most = _target.Registers == 32 && _target.Lanes > 1 ? 16 : 8, vectors = h.Max / _target.Lanes >= 2 ? 2 : 1;
        AddTile(score, page, [new(tile, 0, LoopKind.Serial)], Tile(j, most / vectors, h, 2 * DecodeAcross.Grain, vectors, score.Over[0], score.Scale is null ? 0 : DecodeFixed.BlockWords), ahead is null ? [] : [ahead]);
    }

    // Sums of whole numbers are scaled and put away behind every block.
    private void AddTile(Reduce stage, LoopSpec[] page, LoopSpec[] around, LoopSpec[] tile, IReadOnlyList<Read> ahead)
    {
        Add(stage, page, [.. around, .. tile]);
        int trip = 0;
        var order = _stages[_stages.Count - 1].Order;
        for (int i = page.Length; i < order.Count; i++) trip = order[i].Axis == stage.Over[0] ? i : trip;
        _stages[_stages.Count - 1] = _stages[_stages.Count - 1] with { BlockAt = stage.Scale is null ? 0 : trip, Prefetch = ahead, PrefetchAt = trip + 1 };
    }

    // Every tile of values goes along the rows of the page once, and asks for a piece, a line a row. Beside the first page there is too little to compute: waiting for
    // the lines takes longer than they save.
    private static IReadOnlyList<Read> Later(DecodeAcross across, Reduce values, Axis head, Axis v)
    {
        int heads = (head.Max + Tiles.PackedTokens - 1) / Tiles.PackedTokens, strips = (v.Max + Tiles.Strip - 1) / Tiles.Strip;
        Expr piece = ((across.Turn - 1) * strips + v.Index / Tiles.Strip) * heads + head.Index / Tiles.PackedTokens;
        const int line = Limits.AheadBytes / Limits.PageTokens;
        Read At(Expr row) => across.Later[Expr.Min(Expr.Max(piece, 0), Limits.AheadPieces - 1), row * line];
        var over = values.Over[0].Index;
        return across.Fixed is null ? [At(over)] : [At(over * 2), At(over * 2 + 1)];
    }

    private void Add(Stage stage, LoopSpec[] around, LoopSpec[] inner)
    {
        int shared = 0;
        if (_stages.Count > 0)
        {
            var before = _stages[_stages.Count - 1].Order;
            while (shared < around.Length && before[shared].Equals(around[shared])) shared++;
        }

        _stages.Add(new(stage, [.. around, .. inner], shared) { StoredAt = _item.Length });
    }

    /// <summary>Vectors along the last axis; what is reduced runs in front of them, so that a vector's sums stay in registers.</summary>
    private void Add(Stage stage, LoopSpec[] around)
    {
        var last = stage.Axes[stage.Axes.Count - 1];
        var inner = new List<LoopSpec>();
        for (int i = around.Length; i < stage.Axes.Count - 1; i++) inner.Add(new(stage.Axes[i], 0, LoopKind.Serial));
        if (!_splits.Exists(split => split.Axis == last)) _splits.Add(Split.Lanes(last, _target.Lanes, 1, 1));
        inner.Add(new(last, 0, LoopKind.Serial));
        if (stage is Reduce reduce) inner.Add(new(reduce.Over[0], 0, LoopKind.Serial));
        inner.AddRange([new(last, 1, LoopKind.Serial), new(last, 2, LoopKind.Serial), new(last, 3, LoopKind.Vector)]);
        // Two halves of the same words are taken in one go.
        bool again = _stages.Count > 0 && stage is Map && _stages[_stages.Count - 1].Stage is Map before && before.Axes.Count > around.Length + 1 && before.Axes[around.Length] == stage.Axes[around.Length];
        if (again) Add(stage, [.. around, inner[0]], [.. inner.Skip(1)]);
        else Add(stage, around, [.. inner]);
    }

    // Heads become lanes.
    private LoopSpec[] Across(Axis heads, Axis columns)
    {
        _splits.Add(heads.IsStatic ? Split.Strips(heads, Tiles.Strip, _target.Lanes, 1) : Split.Whole(heads));
        if (!heads.IsStatic) return [new(heads, 0, LoopKind.Serial), new(columns, 0, LoopKind.Serial)];
        _splits.Add(Split.Blocks(columns, Tiles.Block, _target.Lanes, 1));
        return
        [
            new(heads, 0, LoopKind.Serial), new(heads, 1, LoopKind.Serial), new(heads, 2, LoopKind.Serial), new(columns, 0, LoopKind.Serial), new(columns, 1, LoopKind.Serial),
            new(columns, 2, LoopKind.Transpose), new(columns, 3, LoopKind.Transpose), new(heads, 3, LoopKind.Transpose),
        ];
    }

    // Strips of columns outside, so that a strip of what is multiplied stays in the first cache for all rows.
    private LoopSpec[] Tile(Axis rows, int tile, Axis columns, int strip, int vectors, Axis reduced, int block = 0)
    {
        _splits.Add(Split.Exact(rows, tile));
        _splits.Add(Split.Strips(columns, strip, _target.Lanes, vectors));
        if (block > 0) _splits.Add(Split.Tile(reduced, block));
        LoopSpec[] along = block > 0 ? [new(reduced, 0, LoopKind.Serial), new(reduced, 1, LoopKind.Serial)] : [new(reduced, 0, LoopKind.Serial)];
        return
        [
            new(columns, 0, LoopKind.Serial), new(columns, 1, LoopKind.Serial), new(rows, 0, LoopKind.Serial), .. along,
            new(rows, 1, LoopKind.Unroll), new(columns, 2, LoopKind.Unroll), new(columns, 3, LoopKind.Vector),
        ];
    }
}
