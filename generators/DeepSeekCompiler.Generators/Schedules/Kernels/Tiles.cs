using System;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Loops.Passes;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>Tile sizes of the host, from the facts of the target.</summary>
internal static class Tiles
{
    /// <summary>Weight rows of a register tile.</summary>
    public const int Rows = 4;

    /// <summary>Weight rows of a panel: decoded once into float32, 32 rows of 1024 columns are 128 KiB, a quarter of an L2 cache.</summary>
    public const int Panel = 32;

    /// <summary>Weight rows of a register tile of a single thread whose compiler finds the vectors: one of 512 bits, two of 256, four of 128.</summary>
    public const int RowsAcross = 16;

    /// <summary>Tokens beside them: 64 sums are four to sixteen vectors, twice as many with a second product beside the first.</summary>
    public const int TokensAcross = 4;

    /// <summary>Tokens of a register tile where vectors run along weight rows.</summary>
    public const int PackedTokens = 6;

    /// <summary>Weight rows of a work item there: a panel of 64 rows by <see cref="Block"/> columns is 32 KiB of float32 and stays in the first cache.</summary>
    public const int Strip = 64;

    /// <summary>Columns that are decoded together.</summary>
    public const int Block = 128;

    /// <summary>Vectors of weight rows beside <see cref="PackedTokens"/> tokens: 24 sums, the vectors and a broadcast fill 32 registers.</summary>
    public const int PackedVectors = 4;

    /// <summary>Summands of an outer product whose right factor is packed together: on a device 32 by a strip of 64 columns are 8 KiB of on-chip memory.</summary>
    public static int Summands(Machine target) => target.PacksPanels ? Block : 32;

    /// <summary>Rows of a result that are one work item of an outer product; devices have many small workers.</summary>
    public static int OuterRows(Machine target) => target.PacksPanels ? 48 : 24;

    /// <summary>As <see cref="PackedVectors"/>, or as many as the registers of the target hold: beside six tokens two of 16.</summary>
    public static int Vectors(Machine target)
    {
        if (target.Registers == 32 && target.Lanes > 1) return target.Choice.Vectors ?? PackedVectors;
        return target.Registers / (PackedTokensOf(target) + 1) >= 2 || target.Lanes == 1 ? 2 : 1;
    }

    /// <summary>As <see cref="PackedTokens"/>, or as tuned; the same at every width, because activations lie in these tiles.</summary>
    public static int PackedTokensOf(Machine target) => target.Choice.Tokens ?? PackedTokens;

    /// <summary>As <see cref="Strip"/>, or a little less where that cuts the rows without a rest (a rest is a loop nest of its own), or as tuned. The same at every width.</summary>
    public static int StripOf(Machine target, int rows) => target.Choice.Strip ?? Even(rows, Strip, 16);

    /// <summary>As <see cref="Block"/>, or a little less where that cuts the columns without a rest, or as tuned.</summary>
    public static int BlockOf(Machine target, Product product)
    {
        if (product.Rows.Block > 0) return product.Rows.Block / product.PerColumn;
        // The same at every width too: words of the widest. Sums that are scaled are those of a scale block or of a part of one.
        int words = 16 * Vectorize.PerWord(product.Weight.Format), even = Even(product.Column.Max, Block, words);
        bool scaled = product.Weight.Scales is not null || product.Dot.Scale is not null;
        return target.Choice.Block ?? (!scaled || FormatSpec.Block % even == 0 ? even : Block);
    }

    private static int Even(int extent, int most, int grain)
    {
        int count = (extent + most - 1) / most, size = extent / count;
        return size * count == extent && size % grain == 0 ? size : most;
    }

    /// <summary>As <see cref="Rows"/> or <see cref="RowsAcross"/>, or as tuned.</summary>
    public static int RowsOf(Machine target) => target.Choice.Rows ?? DefaultRows(target);

    /// <summary>The same without tuning.</summary>
    public static int DefaultRows(Machine target) => target.Lanes == 1 ? RowsAcross : Rows;

    /// <summary>As <see cref="Panel"/>, or as tuned.</summary>
    public static int PanelOf(Machine target) => target.Choice.Strip ?? Panel;

    /// <summary>Tokens of a register tile: with four rows, that many sums plus the operands fill the registers.</summary>
    public static int Tokens(Machine target) => target.Choice.Tokens ?? DefaultTokens(target);

    /// <summary>The same without tuning.</summary>
    public static int DefaultTokens(Machine target) => target.Lanes == 1 ? TokensAcross : target.Registers == 32 ? 5 : 3;

    /// <summary>Tokens that a streaming loop multiplies with a weight it has decoded; each needs sums of its own. Devices have other ways.</summary>
    public static int StreamingTokens(Machine target) => target.Lanes == 1 || target.SharesRows ? 1 : target.Registers == 32 ? 4 : 2;

    /// <summary>Weight rows that go past one token side by side. A row of activations that stays in the first cache costs little to read again for every weight
    /// row, and one stream is read fastest; a longer one comes from the second cache every time, and four rows share it. The same at every width, so that all widths cut
    /// the same work items.</summary>
    public static int StreamingRows(Machine target, int columns) => !target.PacksPanels ? 1 : target.Choice.Rows ?? (columns * NumberFormat.F32.Bytes() > target.FirstCache / 2 ? 4 : 1);

    /// <summary>Weight rows of a register tile of a streaming loop: those that go past one token side by side, but two at least. A tile of one row loads an activation for every
    /// multiplication; of two it multiplies each twice, and four tokens with two sums each still leave room for operands.</summary>
    public static int TileRows(Machine target, int columns) => !target.PacksPanels ? 1 : target.Choice.Rows ?? Math.Max(2, StreamingRows(target, columns));

    /// <summary>Whether a single token goes past one row at a time where several go past a tile of them: one stream of memory is read fastest. FP8 weights need so much decoding that
    /// two streams are read as fast.</summary>
    public static bool StreamsTokensAlone(Machine target, Product product) => product.Unrolled.Length == 0 && StreamsTokensAlone(target, product.Weight);

    /// <inheritdoc cref="StreamsTokensAlone(Machine, Product)"/>
    public static bool StreamsTokensAlone(Machine target, WeightTensor weight) =>
        weight.Format != NumberFormat.E4M3 && TileRows(target, weight.Columns) != StreamingRows(target, weight.Columns);

    /// <summary>Weight rows of a work item of a streaming loop, a multiple of <paramref name="tile"/>: half a first cache of them, which all tiles of tokens go
    /// through before the next, but at least 128 items, for many workers. Devices have small workers.</summary>
    public static int StreamingPanel(Machine target, WeightTensor weight, int tile)
    {
        if (!target.PacksPanels) return tile;
        int near = target.FirstCache / 2 / (weight.Columns * weight.Format.Bytes());
        return Math.Max(1, Math.Min(near, weight.Rows / 128) / tile) * tile;
    }

    /// <summary>Vectors of a step of a tile of rows by tokens: a scale block where there are scales, else what one word's worth of weights fills.</summary>
    public static int TiledUnroll(Machine target, WeightTensor weight) => weight.Scales is null ? 1 : Math.Max(1, FormatSpec.Block / (target.Lanes * target.Narrow(weight.Format)));

    /// <summary>Weight rows that all tiles of tokens go through in turns: half a second cache of them at most. With block scales they are rows of one scale, for which a tile's
    /// activations are scaled once, and the more there are, the less that costs. The same at every width.</summary>
    public static int TiledPanel(Machine target, Product product)
    {
        int rows = product.Weight.Rows, near = target.SecondCache / 2 / (product.Weight.Columns * product.Weight.Format.Bytes());
        if (product.Scaled is null) return target.Choice.Strip ?? Even(rows, Math.Max(Rows, Math.Min(Strip, near / Rows * Rows)), Rows);
        int panel = target.Choice.Strip ?? FormatSpec.Block;
        while (panel > Strip / 2 && (rows % panel != 0 || panel > near)) panel /= 2;
        return panel;
    }

    /// <summary>Bytes that weights are asked for ahead of their use: as many as arrive while a worker computes, measured. What the processor asks for by itself
    /// ends at every page of 4 KiB.</summary>
    public const int Ahead = 8 << 10;

    /// <summary>Rows that a streaming loop over <paramref name="rows"/> rows at a time asks ahead: whole steps of it; 0 where the matrix stays in the second cache, where a
    /// single stream needs so little work that the processor keeps up by itself, and on devices, which have threads to wait.</summary>
    /// <param name="target">Cache sizes.</param>
    /// <param name="weight">What is read.</param>
    /// <param name="rows">Rows that go side by side.</param>
    /// <param name="jumps">A worker's reading goes from matrix to matrix, so that rows one after the other are no single stream.</param>
    public static int AheadRows(Machine target, WeightTensor weight, int rows, bool jumps = false)
    {
        if (!target.PacksPanels || target.Lanes == 1 || weight.Bytes <= target.SecondCache / 4 || (rows == 1 && !jumps && weight.Format != NumberFormat.E4M3)) return 0;
        int step = rows * weight.Columns * weight.Format.Bytes();
        return (Ahead + step - 1) / step * rows;
    }

    /// <summary>Unrolled vectors of a streaming loop. With FP8 one step is a scale block of 128.</summary>
    public static int Unroll(Machine target, NumberFormat format, int rows = 1)
    {
        int step = target.Lanes * target.Narrow(format);
        return format == NumberFormat.E4M3 ? FormatSpec.Block / step : target.Choice.Unroll ?? Math.Max(2, 4 / rows);
    }
}
