using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Products of many tokens without matrix instructions: panels of weight rows are decoded once and multiplied with all tokens.</summary>
internal static class PanelSchedule
{
    public static string Name(MatrixForm form, string panels, string tokens) => $"{panels}{(form == MatrixForm.PanelAcross ? ", transposed" : "")}, register tiles of rows by {tokens}";

    /// <summary>A panel of weight rows is a work item: decoded once, those of a partner beside it, then [token tile, row tile, k step, tokens x rows x vector].</summary>
    public static List<StageSchedule> Items(Product first, Machine target, List<Split> splits)
    {
        List<StageSchedule> decodes = [], products = [];
        for (var product = first; product is not null; product = product.Partner)
        {
            int together = product.Together;
            var last = product.TileAxes[product.TileAxes.Length - 1];
            splits.AddUnknown(Split.Panel(last, Tiles.PanelOf(target) / together, Tiles.RowsOf(target) / together));
            List<LoopSpec> outer = [.. product.TileAxes.Select(axis => new LoopSpec(axis, 0, LoopKind.Parallel))];
            int items = outer.Count;
            if (product.Decode is { } decode) decodes.Add(DecodeStage(product, decode, outer, last, decodes.Count == 0 ? 0 : items));
            LoopSpec[] tile = [.. outer, new(product.Token, 0, LoopKind.Serial), new(last, 1, LoopKind.Serial)];
            // The sums of all products live as long as the tile that they share.
            int shared = tile.Length;
            LoopSpec[] order =
            [
                .. tile,
                new(product.Column, 0, LoopKind.Serial), new(product.Column, 1, LoopKind.Serial), new(product.Column, 2, LoopKind.Serial),
                new(product.Token, 1, LoopKind.Unroll), new(last, 2, LoopKind.Unroll),
                .. product.Unrolled.Select(axis => new LoopSpec(axis, 0, LoopKind.Unroll)),
                new(product.Column, 3, LoopKind.Vector),
            ];
            // Where rows go together, their sums are neighbours and what is made of them is not: behind memory the compiler sees the former.
            bool apart = target.Lanes == 1 && together > 1;
            var point = apart ? LoopKind.Serial : LoopKind.Unroll;
            int fuse = products.Count > 0 ? shared : decodes.Count > 0 ? items : 0;
            products.Add(new(product.Dot, order, fuse) { StoredAt = shared, Scope = apart ? MemoryScope.Scratch : MemoryScope.Register });
            foreach (var map in product.Epilogue)
                products.Add(new(map, [.. tile, new(product.Token, 1, point), new(last, 2, point)], shared));
        }

        return [.. decodes, .. products];
    }

    private static StageSchedule DecodeStage(Product product, Map decode, List<LoopSpec> outer, Axis last, int fuse)
    {
        LoopSpec[] order =
        [
            .. outer, new(last, 1, LoopKind.Serial), new(last, 2, LoopKind.Serial),
            .. product.Unrolled.Select(axis => new LoopSpec(axis, 0, LoopKind.Serial)),
            new(product.Column, 0, LoopKind.Serial), new(product.Column, 1, LoopKind.Serial), new(product.Column, 2, LoopKind.Serial), new(product.Column, 3, LoopKind.Vector),
        ];
        return new(decode, order, fuse) { StoredAt = outer.Count, Remark = $"Panel of {product.Weight.Codes.Name}, decoded to float32." };
    }
}
