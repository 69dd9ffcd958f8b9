using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Products of an expert with its tokens, vectors along the columns. A panel of weight rows that stays in the second cache is a work item; a few tokens at a time, which
/// stay in the first, go through it in register tiles of rows by tokens. Weights are decoded in registers beside the multiplications of their tile: what a panel that is decoded
/// ahead costs, an expert's few tokens do not earn back.</summary>
internal static class TiledSchedule
{
    public static string Name(Machine target) => $"panels of weight rows, register tiles of {Tiles.Rows} rows by {Tiles.StreamingTokens(target)} tokens straight from them, an active expert's slots for tokens";

    public static List<Phase> Phases(ActivationRows rows, Product first, Machine target)
    {
        int narrow = target.Narrow(first.Weight.Format);
        var phases = new List<Phase>();
        Split[] splits =
        [
            Split.Lanes(rows.Column, target.Lanes, narrow, Tiles.TiledUnroll(target, first.Weight)),
            Split.Halving(first.Token, Tiles.StreamingTokens(target)),
            Split.Tiles(first.TileAxes[^1], Tiles.TiledPanel(target, first), Tiles.Rows),
        ];
        RowSchedule.StagedPhase(rows, target, narrow, splits[0], phases);
        phases.Add(new("Products", splits, [], [Items(first, target)]) { Coarse = true });
        return phases;
    }

    /// <summary>[panel, token tile, row tile, k step, vectors x rows x tokens].</summary>
    private static List<StageSchedule> Items(Product first, Machine target)
    {
        Axis t = first.Token, n = first.TileAxes[^1];
        List<LoopSpec> strip = [.. first.TileAxes.Select(axis => new LoopSpec(axis, 0, LoopKind.Parallel)), new(t, 0, LoopKind.Serial)];
        var stages = new List<StageSchedule>();
        for (var product = first; product is not null; product = product.Partner)
        {
            if (product.Scaled is { } scaled) stages.Add(Scaled(scaled, product, strip, stages.Count > 0));
            stages.Add(Dot(product, strip, target, stages.Count > 0));
        }

        // The sums of a tile's rows are neighbours.
        LoopSpec[] finish = [.. strip, new(n, 1, LoopKind.Serial), new(t, 1, LoopKind.Unroll), new(n, 2, target.Lanes > 1 ? LoopKind.Vector : LoopKind.Unroll)];
        for (var product = first; product is not null; product = product.Partner)
        {
            foreach (var map in product.Epilogue) stages.Add(new(map, finish, strip.Count));
        }

        return stages;
    }

    private static StageSchedule Scaled(Map scaled, Product product, List<LoopSpec> strip, bool shared)
    {
        var k = product.Column;
        LoopSpec[] order = [.. strip, new(product.Token, 1, LoopKind.Serial), new(k, 0, LoopKind.Serial), new(k, 1, LoopKind.Serial), new(k, 2, LoopKind.Unroll), new(k, 3, LoopKind.Vector)];
        return new(scaled, order, shared ? strip.Count : 0)
        {
            StoredAt = strip.Count,
            Staged = true,
            Once = [product.TileAxes[^1]],
            Remark = $"Rows of x times the scales of {product.Weight.Codes.Name}.",
        };
    }

    private static StageSchedule Dot(Product product, List<LoopSpec> strip, Machine target, bool shared)
    {
        Axis k = product.Column, n = product.TileAxes[^1];
        List<LoopSpec> order = [.. strip, new(n, 1, LoopKind.Serial), new(k, 0, LoopKind.Serial), new(k, 1, LoopKind.Serial)];
        int inside = order.Count;
        order.AddRange([new(k, 2, LoopKind.Unroll), new(n, 2, LoopKind.Unroll), new(product.Token, 1, LoopKind.Unroll), new(k, 3, LoopKind.Vector)]);
        var dot = new StageSchedule(product.Dot, order, shared ? strip.Count : 0) { StoredAt = strip.Count };
        return StreamingSchedule.Asking(dot, inside, target, product.Weight, product.Expert, product.Row, k, Tiles.Rows, 1);
    }
}
