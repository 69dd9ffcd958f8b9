using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Products of a few tokens: every byte of a weight is read once, as it lies.</summary>
internal static class StreamingSchedule
{
    /// <param name="rows">Rows of a tile.</param>
    /// <param name="alone">A single token meets them one after the other.</param>
    public static string Name(int rows, bool alone) => "streaming, "
        + (rows == 1 ? "weight rows one after the other" : alone ? $"weight rows one after the other, {rows} side by side past several tokens" : $"{rows} weight rows side by side")
        + ", every byte of them read once";

    /// <summary>A panel of weight rows is a work item, or with neighbours all rows of a head: [panel, token tile, row tile, k step, vectors x rows x tokens].</summary>
    public static List<StageSchedule> Items(IReadOnlyList<Product> neighbours, Machine target, List<Split> splits)
    {
        var stages = new List<StageSchedule>();
        foreach (var first in neighbours) AddItems(first, neighbours.Count > 1, target, splits, stages);
        return stages;
    }

    private static void AddItems(Product first, bool together, Machine target, List<Split> splits, List<StageSchedule> stages)
    {
        splits.AddUnknown(Split.Halving(first.Token, Tiles.StreamingTokens(target)));
        int tile = RowTile(first, target), pairs = first.Together;
        var n = first.TileAxes[first.TileAxes.Length - 1];
        splits.AddUnknown(Split.Panel(n, Tiles.StreamingPanel(target, first.Weight, tile * pairs) / pairs, tile));
        if (!Tiles.StreamsTokensAlone(target, first))
        {
            AddItems(first, together, null, tile, target, stages);
            return;
        }

        AddItems(first, together, false, tile, target, stages);
        AddItems(first, together, true, 1, target, stages);
    }

    /// <param name="first">The product, with its partners.</param>
    /// <param name="together">Its items have other products' rows too.</param>
    /// <param name="single">Tokens one by one, or in tiles, or both.</param>
    /// <param name="tile">Rows (or pairs) that go side by side.</param>
    /// <param name="target">Tiles.</param>
    /// <param name="stages">Receives the stages.</param>
    private static void AddItems(Product first, bool together, bool? single, int tile, Machine target, List<StageSchedule> stages)
    {
        int pairs = first.Together, unroll = Tiles.Unroll(target, first.Weight.Format, Tiles.TileRows(target, first.Column.Max));
        var n = first.TileAxes[first.TileAxes.Length - 1];
        bool ownSums = tile == 1 || Tiles.StreamsTokensAlone(target, first);
        for (var product = first; product is not null; product = product.Partner)
        {
            var order = new List<LoopSpec>();
            foreach (var axis in product.TileAxes) order.Add(new(axis, 0, together && order.Count > 0 ? LoopKind.Serial : LoopKind.Parallel));
            int items = order.Count;
            order.Add(new(product.Token, 0, LoopKind.Serial) { Single = single });
            order.Add(new(n, 1, LoopKind.Serial));
            if (single == true) order.Add(new(n, 2, LoopKind.Serial));
            int shared = order.Count;
            LoopSpec tokens = new(product.Token, 1, LoopKind.Unroll);
            LoopSpec[] rows = single == true ? [] : [new(n, 2, LoopKind.Unroll)], pair = [.. product.Unrolled.Select(axis => new LoopSpec(axis, 0, LoopKind.Unroll))];
            LoopSpec[] epilogueOrder = [.. order, .. rows, tokens];
            if (tile == 1) order.AddRange(pair);
            order.Add(new(product.Column, 0, LoopKind.Serial));
            int inside = order.Count;
            AddLanes(order, product.Column, target, ownSums, tile == 1 ? [.. rows, tokens] : [.. rows, .. pair, tokens]);
            int fuse = product != first ? shared : stages.Count == 0 ? 0 : single == true ? items : 1;
            stages.Add(Asking(new(product.Dot, order, fuse)
            {
                StoredAt = shared,
                Scope = MemoryScope.Register,
                ScaleAt = product.Dot.Scale is null ? 0 : inside,
            }, inside, target, product.Weight, product.Expert, product.Row, product.Column, tile == 1 ? 1 : tile * pairs, unroll));
            foreach (var map in product.Epilogue) stages.Add(new(map, epilogueOrder, shared));
        }
    }

    // Rows that rotate together count; those of a tile have one scale.
    private static int RowTile(Product first, Machine target)
    {
        int rows = Tiles.TileRows(target, first.Column.Max), pairs = first.Together;
        return Math.Max(1, (first.Dot.Scale is null ? rows : WeightRuns.Of(first).OneScale(rows)) / pairs);
    }

    /// <summary>A streaming product that asks for the rows some steps ahead.</summary>
    /// <param name="dot">The product.</param>
    /// <param name="depth">Inside of its steps along the columns.</param>
    /// <param name="target">Cache sizes.</param>
    /// <param name="weight">What it reads.</param>
    /// <param name="expert">Of which expert, or null.</param>
    /// <param name="row">The row of a point.</param>
    /// <param name="column">The reduced axis.</param>
    /// <param name="rows">Rows that go side by side.</param>
    /// <param name="unroll">Vectors of a step.</param>
    public static StageSchedule Asking(StageSchedule dot, int depth, Machine target, WeightTensor weight, Expr? expert, Expr row, Axis column, int rows, int unroll)
    {
        int ahead = Tiles.AheadRows(target, weight, rows);
        return ahead == 0 ? dot : AskingFor(dot, depth, weight, expert, row + ahead, column, rows, Trip(target, weight.Format, unroll));
    }

    /// <summary>Columns of a step of a streaming product.</summary>
    public static int Trip(Machine target, NumberFormat format, int unroll) => unroll * target.Lanes * target.Narrow(format);

    /// <summary>A stage that asks, trip by trip, for the lines of other rows than those that follow: rows that go side by side from the first's begin to the last's end, as they lie in memory.
    /// (Asked for side by side as well, they come at 92 % of what the memory gives instead of 97.)</summary>
    public static StageSchedule AskingFor(StageSchedule dot, int depth, WeightTensor weight, Expr? expert, Expr row, Axis column, int rows, int trip)
    {
        int line = Machine.Line / weight.Format.Bytes();
        var lines = new List<Read>();
        for (int at = 0; at + line <= rows * trip; at += line) lines.Add((Read)weight.Code(expert, row, column.Index * rows + at));
        return dot with { Prefetch = lines, PrefetchAt = depth };
    }

    /// <summary>The vector part of a streaming product.</summary>
    /// <param name="order">The loops around it.</param>
    /// <param name="k">The reduced axis.</param>
    /// <param name="target">Vector width.</param>
    /// <param name="ownSums">Every vector of a step has sums of its own; several rows hide the latency of additions without.</param>
    /// <param name="points">Unrolled loops whose points share what is loaded.</param>
    public static void AddLanes(List<LoopSpec> order, Axis k, Machine target, bool ownSums, params LoopSpec[] points)
    {
        order.Add(new(k, 1, target.Lanes == 1 ? LoopKind.Serial : LoopKind.Unroll, ownSums && target.Lanes > 1));
        order.Add(new(k, 2, LoopKind.Unroll));
        order.AddRange(points);
        order.Add(new(k, 3, LoopKind.Vector));
    }
}
