using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>Chooses how products run on matrix instructions.</summary>
internal static class Tensorize
{
    // Static shared memory of a group, the same on every device.
    private const int SharedBytes = 48 * 1024;

    // Warps of a group of a streaming product, and how many groups are two for each multiprocessor of a large device.
    private const int Warps = 8;
    private const int SingleGroups = 264;

    // Columns of a step, and steps that a warp can wait for.
    private const int StepColumns = 32;
    private const int MostStages = 4;

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

        return new("Products", [], [], branches) { Tile = form.IsStreaming() ? Streaming(products, form, target) : form.IsWarpgroup() ? WarpgroupTiles.Of(products, form, target.Choice) : Tiles(products, form, target) };
    }

    // Sixteen rows are one instruction. Eight warps along the columns keep enough reads in flight where every multiprocessor has several groups; a matrix of few rows
    // has few groups, which are larger. All warps have as many blocks of columns, where that can be.
    private static ProductTile Streaming(IReadOnlyList<Product> products, MatrixForm form, Machine target)
    {
        int blocks = FormatSpec.Blocks(products[0].Column.Max), groups = 0;
        foreach (var first in products)
        {
            int points = first.TileAxes.Concat(first.Unrolled).Aggregate(1, (all, axis) => all * Math.Max(1, axis.Max));
            groups += (points + 15) / 16;
        }

        int most = groups <= SingleGroups ? 2 * Warps : Warps, steps = (blocks + most - 1) / most;
        int warps = target.Choice.Warps ?? (blocks + steps - 1) / steps;
        return new(products, form, target.Matrix, 8, 16, FormatSpec.Block, warps, 8, 1);
    }

    private static ProductTile Tiles(IReadOnlyList<Product> products, MatrixForm form, Machine target)
    {
        var (tokens, rows, warps, warpTokens) = TileOf(target);
        return new(products, form, target.Matrix, tokens, rows, StepColumns, warps, warpTokens, Math.Min(target.Choice.Stages ?? MostStages, SharedBytes / StageBytes(products[0], form, tokens, rows)));
    }

    /// <summary>Why the tile that a target's choice asks for cannot be; null where it can.</summary>
    public static string? Refusal(IReadOnlyList<Product> products, MatrixForm form, Machine target)
    {
        var (tokens, rows, warps, warpTokens) = TileOf(target);
        int stages = target.Choice.Stages ?? 2, bytes = StageBytes(products[0], form, tokens, rows), threads = 32 * warps;
        if (stages > MostStages) return $"there is no instruction that waits for {stages} steps; 2 to {MostStages} can be under way.";
        if (stages * bytes > SharedBytes) return $"{stages} steps of {tokens} tokens and {rows} weight rows are {stages * bytes} bytes of shared memory, and a group has {SharedBytes}.";
        if (tokens % warpTokens != 0 || warps % (tokens / warpTokens) != 0) return $"{tokens} tokens do not divide among {warps} warps in parts of {warpTokens}.";
        int parts = warps / (tokens / warpTokens);
        foreach (var first in products)
        {
            int together = first.Partner is null ? 1 : 2;
            if (rows % (8 * together * parts) != 0) return $"{rows} weight rows do not divide among {parts} warps in instructions of 8{(together == 1 ? "" : " for each of two products")}.";
        }

        int pieces = StepColumns / 16;
        return tokens * pieces * TermBytes(products[0]) % threads == 0 && rows * pieces * products[0].Weight.Format.Bytes() % threads == 0 ? null
            : $"the 16-byte pieces of {tokens} tokens and of {rows} weight rows do not divide among {threads} threads.";
    }

    private static MatrixTile TileOf(Machine target) =>
        new(target.Choice.Tokens ?? target.Tile.Tokens, target.Choice.Rows ?? target.Tile.Rows, target.Choice.Warps ?? target.Tile.Warps, target.Choice.WarpTokens ?? target.Tile.WarpTokens);

    private static int StageBytes(Product first, MatrixForm form, int tokens, int rows) => StepColumns * (tokens * ActivationBytes(first, form) + rows * first.Weight.Format.Bytes());

    private static int ActivationBytes(Product first, MatrixForm form) => first.Rows.Rows.Format == NumberFormat.E4M3 ? 1 : TermBytes(first) * form.Terms();

    private static int TermBytes(Product first) => first.Rows.Rows.Format == NumberFormat.E4M3 ? 1 : 2;
}
