using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Products of many tokens with vectors along weight rows. A strip of rows is a work item. Block after block of columns is decoded into a transposed
/// panel that stays in the first cache and multiplies all tokens, in register tiles of tokens by vectors; the sums of a strip wait in the second cache.</summary>
internal static class PackedSchedule
{
    public static string Name(MatrixForm form) =>
        $"strips of weight rows, decoded and transposed by blocks of columns{(form == MatrixForm.PackedFixed ? " as whole numbers in pairs" : "")}, register tiles of tokens by vectors of rows";

    /// <summary>Activations lie in the tiles that the products read.</summary>
    public static IReadOnlyDictionary<Tensor, TileLayout> Layouts(Product first, Machine target) =>
        new Dictionary<Tensor, TileLayout> { [first.Rows.Rows] = new(Tiles.PackedTokensOf(target), Tiles.BlockOf(target, first)) };

    public static Phase Products(IReadOnlyList<Product> products, Machine target)
    {
        var splits = new Dictionary<Axis, Split>();
        var branches = new List<IReadOnlyList<StageSchedule>>();
        foreach (var first in products)
        {
            var stages = new List<StageSchedule>();
            for (var product = first; product?.Start is { } start; product = product.Partner) stages.Add(Start(start, product, stages.Count > 0));
            for (var product = first; product is not null; product = product.Partner)
                Add(product, NextBlock.Reads(product.Partner ?? first, product.Partner is null, target), target, splits, stages);
            for (var product = first; product is not null; product = product.Partner)
            {
                foreach (var map in product.Epilogue) stages.Add(Epilogue(map, product));
            }

            branches.Add(stages);
        }

        return new("Products", [.. splits.Values], [], branches) { Coarse = true };
    }

    private static void Add(Product product, IReadOnlyList<Read> ahead, Machine target, Dictionary<Axis, Split> splits, List<StageSchedule> stages)
    {
        Axis k = product.Column, t = product.Token, n = Rows(product);
        int narrow = target.Narrow(product.Weight.Format);
        splits[k] = Split.Blocks(k, Tiles.BlockOf(target, product), target.Lanes, Math.Max(1, narrow / product.PerColumn));
        splits[t] = Split.Exact(t, Tiles.PackedTokensOf(target));
        splits[n] = Split.Strips(n, Tiles.StripOf(target, n.Max), target.Lanes, Tiles.Vectors(target));
        var outer = Items(product);
        int items = outer.Count, shared = stages.Count == 0 ? 0 : items;
        if (product.KeepsRows) outer.Add(new(n, 0, LoopKind.Serial));
        outer.Add(new(k, 0, LoopKind.Serial));
        if (product.Whole is { Largest: { } largest } whole) shared = AddScaling(product, whole, largest, outer, shared, target, splits, stages);
        stages.Add(new(product.Decode!,
        [
            .. outer, new(n, 1, LoopKind.Serial), new(n, 2, LoopKind.Serial), new(k, 1, LoopKind.Serial),
            new(k, 2, LoopKind.Transpose), new(k, 3, LoopKind.Transpose), new(n, 3, LoopKind.Transpose),
        ],
        shared) { StoredAt = outer.Count, Remark = $"A block of {product.Weight.Codes.Name}, {(product.Whole is null ? "decoded to float32 and" : "as whole numbers in pairs,")} transposed." });
        stages.Add(new(product.Dot,
        [
            .. outer, new(t, 0, LoopKind.Serial), new(n, 1, LoopKind.Serial), new(k, 1, LoopKind.Serial), new(k, 2, LoopKind.Serial), new(k, 3, LoopKind.Serial),
            new(t, 1, LoopKind.Unroll), new(n, 2, LoopKind.Unroll), new(n, 3, LoopKind.Vector),
        ],
        outer.Count) { StoredAt = items, BlockAt = outer.Count + 2, Prefetch = ahead, PrefetchAt = outer.Count + 5 });
    }

    // The scale of whole numbers, a weight row's for the block at hand.
    private static int AddScaling(Product product, FixedWeights whole, Reduce largest, List<LoopSpec> outer, int shared, Machine target, Dictionary<Axis, Split> splits, List<StageSchedule> stages)
    {
        Axis n = Rows(product), i = largest.Over[0];
        int narrow = target.Narrow(product.Weight.Format);
        splits[i] = Split.Lanes(i, target.Lanes, narrow, Math.Max(1, Math.Min(4, i.Max / (narrow * target.Lanes))));
        var find = new List<LoopSpec>(outer) { new(n, 1, LoopKind.Serial), new(n, 2, LoopKind.Serial), new(n, 3, LoopKind.Serial), new(i, 0, LoopKind.Serial) };
        StreamingSchedule.AddLanes(find, i, target, true);
        stages.Add(new(largest, find, shared) { StoredAt = outer.Count, Once = [product.Column], Remark = $"The largest numbers of a block of {product.Weight.Codes.Name}." });
        foreach (var map in whole.Scaling)
            stages.Add(new(map, [.. outer, new(n, 1, LoopKind.Serial), new(n, 2, LoopKind.Serial), new(n, 3, LoopKind.Vector)], outer.Count) { StoredAt = outer.Count, Once = [product.Column] });
        return outer.Count;
    }

    private static Axis Rows(Product product) => product.TileAxes[product.TileAxes.Length - 1];

    /// <summary>The loops over work items: strips, or all strips of a head where its rows meet.</summary>
    private static List<LoopSpec> Items(Product product)
    {
        var items = new List<LoopSpec>();
        foreach (var axis in product.TileAxes)
        {
            if (axis != Rows(product) || !product.KeepsRows) items.Add(new(axis, 0, LoopKind.Parallel));
        }

        return items;
    }

    private static StageSchedule Start(Map start, Product product, bool shared)
    {
        var order = Items(product);
        int items = order.Count;
        order.Add(new(product.Token, 0, LoopKind.Serial) { Whole = true });
        if (product.KeepsRows) order.Add(new(Rows(product), 0, LoopKind.Serial));
        order.AddRange([new(Rows(product), 1, LoopKind.Serial), new(Rows(product), 2, LoopKind.Serial), new(Rows(product), 3, LoopKind.Vector)]);
        return new(start, order, shared ? items : 0) { StoredAt = items };
    }

    private static StageSchedule Epilogue(Map map, Product product)
    {
        var n = Rows(product);
        var order = Items(product);
        int items = order.Count;
        order.Add(new(product.Token, 0, LoopKind.Serial) { Whole = true });
        foreach (var axis in map.Axes)
        {
            if (axis == product.Token || order.Exists(l => l.Axis == axis && axis != n)) continue;
            if (axis == n) order.AddRange([new(n, 1, LoopKind.Serial), new(n, 2, LoopKind.Serial), new(n, 3, LoopKind.Vector)]);
            else order.Add(new(axis, 0, LoopKind.Serial));
        }

        return new(map, order, items);
    }
}
