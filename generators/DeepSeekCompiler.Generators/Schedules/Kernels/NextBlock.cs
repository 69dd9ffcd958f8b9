using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Kernels;

/// <summary>The block of weights that is decoded after the one being multiplied, asked for line by line between the multiplications. Its rows lie far apart, so no
/// prefetcher of a processor finds them, and asked for all at once they fill the queue of misses, which decoding then waits for.</summary>
internal static class NextBlock
{
    /// <summary>What one trip over the columns of the current block reads ahead, so that all its trips together have asked for the rows of a register tile.</summary>
    /// <param name="next">The product whose weights come next.</param>
    /// <param name="further">The columns behind the current ones, and after the last the next strip; else the same columns (of another matrix).</param>
    /// <param name="target">Tiles.</param>
    public static IReadOnlyList<Read> Reads(Product next, bool further, Machine target)
    {
        if (target.Lanes == 1) return [];
        int rows = Tiles.Vectors(target) * target.Lanes, block = Tiles.BlockOf(target, next), numbers = Machine.Line / next.Weight.Format.Bytes();
        int per = next.PerColumn, lines = Math.Max(1, block * per / numbers), trip = Math.Max(1, rows * lines / block), across = Math.Min(trip, lines);
        while (lines % across != 0) across--;
        int parts = lines / across, down = (trip + across - 1) / across;
        Expr k = next.Column, at = k % block, row = next.Row, column = k - at;
        if (further)
        {
            var behind = column + block;
            (row, column) = (row + behind / next.Column.Max * Tiles.StripOf(target, next.TileAxes[^1].Max), behind % next.Column.Max);
        }

        // Neighbouring trips ask for neighbouring rows: no trip divides anything but by what its loops know.
        Expr lane = at % target.Lanes, part = at / target.Lanes % parts, group = at / (target.Lanes * parts);
        // The last number of a line's worth: rows may begin in the middle of a line, whose front the block before has read.
        var reads = new List<Read>();
        for (int d = 0; d < down; d++)
        {
            for (int i = 0; i < across; i++)
                reads.Add((Read)next.Weight.Code(next.Expert, row + (group * down + d) * target.Lanes + lane, column * per + ((part * across + i + 1) * numbers - 1)));
        }

        return reads;
    }
}
