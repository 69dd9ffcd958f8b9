using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>Chooses the tiles of products on warpgroup matrix instructions. A row of a tile is 128 bytes, the width of the widest swizzle: 128 codes or 64
/// bfloat16 numbers.</summary>
internal static class WarpgroupTiles
{
    /// <summary>Bytes of a tile's row.</summary>
    public const int RowBytes = 128;

    /// <summary>Bytes of a pair of transfer barriers (a stage is full, a stage is free).</summary>
    public const int BarrierBytes = 16;

    /// <summary>Tiles start at multiples of this, after which the swizzle repeats; the ring is moved up to one.</summary>
    public const int Alignment = 1024;

    /// <summary>Weight rows of a wide tile.</summary>
    public const int WideRows = 256;

    /// <summary>Tokens that an instruction multiplies with.</summary>
    public const int Part = 64;

    private const int Tokens = 2 * Part;
    private const int Rows = 128;

    /// <summary>Tokens whose tiles follow each other: about as many as there are weight rows in flight beside them.</summary>
    public const int BandTokens = 2048;

    // What a group may have on sm_90.
    private const int SharedBytes = 227 * 1024;

    /// <summary>Whether the copy engine and the instructions can do a product.</summary>
    /// <remarks>Both operands have one format: there is no instruction that multiplies stored E4M3 codes with bfloat16 numbers, so weight-only FP8 stays with
    /// mma.sync, whose fragments pass through registers, where codes are decoded. Activation rows that follow each other are a box of the copy
    /// engine; weight rows come in boxes of whole swizzle atoms of eight rows.</remarks>
    public static bool Fits(Product product) =>
        product.Rows.Rows.Format == product.Weight.Format && product.At == (Expr)product.Token && WeightRuns.Of(product).Box(Rows) % 8 == 0;

    public static ProductTile Of(IReadOnlyList<Product> products, MatrixForm form, KernelChoice choice)
    {
        var first = products[0];
        int rows = choice.Rows ?? (IsWide(products) ? WideRows : Rows), tokens = choice.Tokens ?? TokensOf(first), stage = StageBytes(first, tokens, rows), stages = Math.Min(choice.Stages ?? 6, MostStages(stage));
        return new(products, form, MatrixUnit.Warpgroup, tokens, rows, RowBytes / first.Weight.Format.Bytes(), 12, 64, stages)
        {
            Band = BandTokens / tokens,
            // A launch may use less of a tile (see TileSpan of the runtime's primitives).
            LeastTokens = Tokens,
            DynamicBytes = Alignment + stages * (stage + BarrierBytes),
        };
    }

    /// <summary>Why a choice cannot be; null where it can.</summary>
    public static string? Refusal(Product first, KernelChoice choice)
    {
        if (choice.Rows is { } rows && rows is not (Rows or WideRows)) return $"tiles have {Rows} or {WideRows} weight rows, and {rows} is neither.";
        if (choice.Rows == WideRows && first.Weight.Format != NumberFormat.BF16) return $"a tile of {WideRows} weight rows leaves no registers for the sums of a scale block.";
        if (choice.Tokens is { } tokens && tokens is not (Tokens or 2 * Tokens)) return $"tiles have {Tokens} or {2 * Tokens} tokens, and {tokens} is neither.";
        if (choice.Tokens > TokensOf(first))
            return $"a tile of {2 * Tokens} tokens is for E4M3 codes whose tile of weights has two block scales at most.";
        int stage = StageBytes(first, choice.Tokens ?? TokensOf(first), choice.Rows ?? Rows), most = MostStages(stage);
        return choice.Stages is { } stages && stages > most ? $"{stages} steps of {stage} bytes are more than a group's {SharedBytes} bytes of shared memory; {most} fit." : null;
    }

    // Two warpgroups, each with two parts of E4M3 tokens, whose 128 sums a thread leave room for those of a scale block and a few scales; or with one of bfloat16
    // tokens, whose tiles can be wide instead. Either makes three quarters of the copies of a square tile.
    private static int TokensOf(Product first) =>
        first.Weight.Format == NumberFormat.E4M3 && Rows / WeightRuns.Of(first).OneScale(Rows) <= 2 ? 2 * Tokens : Tokens;

    private static int StageBytes(Product first, int tokens, int rows) => RowBytes * ((first.Rows.Term?.Max ?? 1) * tokens + rows);

    private static int MostStages(int stage) => (SharedBytes - Alignment) / (stage + BarrierBytes);

    // Two warpgroups of 64 tokens. A tile twice as wide needs three quarters of the copies for the same products; its 128 sums a thread leave no room for as
    // many more, which block scales need, and too few of them leave multiprocessors idle: a chunk of 512 tokens has four tiles to one of weights.
    private static bool IsWide(IReadOnlyList<Product> products)
    {
        if (products[0].Weight.Format != NumberFormat.BF16) return false;
        long rows = 0;
        bool experts = false;
        foreach (var first in products)
        {
            experts |= first.Expert is not null;
            for (var product = first; product is not null; product = product.Partner) rows += WeightRuns.Of(product).Points;
        }

        return rows >= (experts ? 1024 : 7168);
    }
}
