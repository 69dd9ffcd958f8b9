using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>Chooses how products run on matrix instructions.</summary>
internal static class Tensorize
{
    // Static shared memory of a group, the same on every device.
    private const int SharedBytes = 48 * 1024;

    /// <summary>Whether matrix instructions can multiply with the weights as they are stored: 16-byte pieces of their rows start at 16-byte addresses.</summary>
    public static bool Fits(IReadOnlyList<Product> products, MatrixForm form)
    {
        foreach (var first in products)
        {
            for (var product = first; product is not null; product = product.Partner)
            {
                if (product.Weight.Format is not (NumberFormat.BF16 or NumberFormat.E4M3)) return false;
                if (product.Column.Max * product.Weight.Format.Bytes() % 16 != 0) return false;
                if (form.IsWarpgroup() && !WarpgroupTiles.Fits(product)) return false;
            }
        }

        return true;
    }

    /// <summary>The forms with matrix instructions that may stand in for <paramref name="form"/>, the best first.</summary>
    public static IEnumerable<MatrixForm> Forms(MatrixForm form, Machine target)
    {
        if (target.Matrix == MatrixUnit.None) yield break;
        if (form == MatrixForm.Streaming)
        {
            yield return MatrixForm.TensorStreaming;
            yield break;
        }

        if (target.Matrix >= MatrixUnit.Warpgroup) yield return target.SplitsActivations ? MatrixForm.WarpgroupPanelSplit : MatrixForm.WarpgroupPanel;
        yield return target.SplitsActivations ? MatrixForm.TensorPanelSplit : MatrixForm.TensorPanel;
    }

    public static string Name(MatrixForm form) => form.IsStreaming() ? "matrix instructions, weights streamed through registers once, warps split the columns"
        : form.IsWarpgroup() ? "warpgroup matrix instructions, a ring of tiles in shared memory that one thread has filled by the copy engine"
        : "matrix instructions, tiles of activations and weights in shared memory";

    /// <summary>The phase of all products of a kernel.</summary>
    public static Phase Products(IReadOnlyList<Product> products, MatrixForm form, Machine target)
    {
        var branches = new List<IReadOnlyList<StageSchedule>>();
        foreach (var first in products)
        {
            var stages = new List<StageSchedule>();
            for (var product = first; product is not null; product = product.Partner)
            {
                stages.Add(new(product.Dot, []));
                foreach (var map in product.Epilogue) stages.Add(new(map, []));
            }

            branches.Add(stages);
        }

        return new("Products", [], [], branches) { Tile = form.IsStreaming() ? Streaming(products, form, target) : form.IsWarpgroup() ? WarpgroupTiles.Of(products, form) : Tiles(products, form, target) };
    }

    // Sixteen rows are one instruction; eight warps along the columns keep enough reads in flight where a matrix has few rows.
    private static ProductTile Streaming(IReadOnlyList<Product> products, MatrixForm form, Machine target)
    {
        int blocks = FormatSpec.Blocks(products[0].Column.Max);
        int warps = blocks >= 8 ? 8 : blocks >= 4 ? 4 : blocks >= 2 ? 2 : 1;
        return new(products, form, target.Matrix, 8, 16, FormatSpec.Block, warps, 8, 1);
    }

    private static ProductTile Tiles(IReadOnlyList<Product> products, MatrixForm form, Machine target)
    {
        const int columns = 32;
        var (tokens, rows, warps, warpTokens) = target.Tile;
        var first = products[0];
        int activation = first.Rows.Rows.Format == NumberFormat.E4M3 ? 1 : 2 * form.Terms();
        int stage = columns * (tokens * activation + rows * first.Weight.Format.Bytes());
        return new(products, form, target.Matrix, tokens, rows, columns, warps, warpTokens, Math.Min(4, SharedBytes / stage));
    }
}
