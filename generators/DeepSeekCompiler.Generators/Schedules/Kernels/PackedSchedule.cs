using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Products of many tokens with vectors along weight rows. A strip of rows is a work item. Block after block of columns is decoded into a transposed
/// panel that stays in the first cache and multiplies all tokens, in register tiles of tokens by vectors; the sums of a strip wait in the second cache.
/// Where workers are the many small groups of a GPU, a tile of tokens is a work item too: panel and sums stay in the group's shared memory, and every thread
/// has rows of its own, so that nothing is exchanged between threads.</summary>
internal static class PackedSchedule
{
    public const string Name = "strips of weight rows, decoded and transposed by blocks of columns, register tiles of tokens by vectors of rows";

    /// <summary>Activations lie in the tiles that the products read.</summary>
    public static IReadOnlyDictionary<Tensor, TileLayout> Layouts(ActivationRows rows, Machine target) => new Dictionary<Tensor, TileLayout> { [rows.Rows] = new(Tiles.PackedTokens(target)) };

    public static Phase Products(IReadOnlyList<Product> products, Machine target)
    {
        var splits = new Dictionary<Axis, Split>();
        var branches = new List<IReadOnlyList<StageSchedule>>();
        foreach (var first in products)
        {
            var stages = new List<StageSchedule>();
            for (var product = first; product is not null; product = product.Partner) Add(product, target, splits, stages);
            branches.Add(stages);
        }

        return new("Products", [.. splits.Values], [], branches) { Coarse = true };
    }

    private static void Add(Product product, Machine target, Dictionary<Axis, Split> splits, List<StageSchedule> stages)
    {
        Axis k = product.Column, t = product.Token, n = product.TileAxes[product.TileAxes.Length - 1];
        splits[k] = Split.Blocks(k, Tiles.Block(target), target.Lanes, target.Narrow(product.Weight.Format));
        splits[t] = Split.Exact(t, Tiles.PackedTokens(target));
        splits[n] = Split.Strips(n, Tiles.Strip, target.Lanes, Tiles.Vectors(target));
        var outer = new List<LoopSpec>();
        foreach (var axis in product.TileAxes)
        {
            if (axis != n || !product.KeepsRows) outer.Add(new(axis, 0, LoopKind.Parallel));
        }

        // An expert's slots are known to the device only.
        bool tiles = target.SharesRows && !Walk.Any(t.Extent, e => e is Read);
        if (tiles) outer.Add(new(t, 0, LoopKind.Parallel));
        int items = outer.Count;
        if (product.KeepsRows) outer.Add(new(n, 0, LoopKind.Serial));
        outer.Add(new(k, 0, LoopKind.Serial));
        stages.Add(new(product.Decode!, [.. outer, .. Across(k, n, target)], stages.Count == 0 ? 0 : items)
        {
            StoredAt = outer.Count, Pad = target.SharesRows ? 1 : 0, Remark = $"A block of {product.Weight.Codes.Name}, decoded to float32 and transposed.",
        });
        List<LoopSpec> tile = tiles ? [.. outer] : [.. outer, new(t, 0, LoopKind.Serial)];
        stages.Add(new(product.Dot,
        [
            .. tile, new(n, 1, LoopKind.Serial), new(k, 1, LoopKind.Serial), new(k, 2, LoopKind.Serial), new(k, 3, LoopKind.Serial),
            new(t, 1, LoopKind.Unroll), new(n, 2, LoopKind.Unroll), new(n, 3, LoopKind.Vector),
        ],
        outer.Count) { StoredAt = items, BlockAt = tile.Count + 1 });
        foreach (var map in product.Epilogue) stages.Add(Epilogue(map, product, n, items, outer));
    }

    // The threads of a group read neighbours of a row and store them apart; vectors go through blocks of rows by columns.
    private static LoopSpec[] Across(Axis k, Axis n, Machine target) => target.SharesRows
        ? [new(n, 1, LoopKind.Serial), new(n, 2, LoopKind.Serial), new(n, 3, LoopKind.Serial), new(k, 1, LoopKind.Serial), new(k, 2, LoopKind.Serial), new(k, 3, LoopKind.Vector)]
        : [new(n, 1, LoopKind.Serial), new(n, 2, LoopKind.Serial), new(k, 1, LoopKind.Serial), new(k, 2, LoopKind.Transpose), new(k, 3, LoopKind.Transpose), new(n, 3, LoopKind.Transpose)];

    private static StageSchedule Epilogue(Map map, Product product, Axis n, int items, List<LoopSpec> outer)
    {
        var order = new List<LoopSpec>(outer.GetRange(0, items));
        order.Add(order.Exists(l => l.Axis == product.Token) ? new(product.Token, 1, LoopKind.Serial) : new(product.Token, 0, LoopKind.Serial) { Whole = true });
        foreach (var axis in map.Axes)
        {
            if (axis == product.Token || order.Exists(l => l.Axis == axis && axis != n)) continue;
            if (axis == n) order.AddRange([new(n, 1, LoopKind.Serial), new(n, 2, LoopKind.Serial), new(n, 3, LoopKind.Vector)]);
            else order.Add(new(axis, 0, LoopKind.Serial));
        }

        return new(map, order, items);
    }
}
