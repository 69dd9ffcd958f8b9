using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>Cuts an axis into loops. The tail, where the extent is ragged, is a segment of its own with smaller counts
/// (peeled: no masks in the inner loop, at the price of more text).</summary>
public sealed record Split(Axis Axis, IReadOnlyList<Segment> Segments)
{
    /// <summary>One loop over everything.</summary>
    public static Split Whole(Axis axis) => new(axis, [new Segment(Const.Zero, [new Part(axis.Extent, 1, 1)])]);

    /// <summary>Tiles of <paramref name="factor"/>: parts (tile, within). A static tail is one short tile; a dynamic one is tiles of one.</summary>
    public static Split Tile(Axis axis, int factor)
    {
        if (axis.Extent is Const c)
        {
            int extent = (int)c.Value, whole = extent / factor, rest = extent % factor;
            var segments = new List<Segment>();
            if (whole > 0) segments.Add(Two(0, whole, factor, factor));
            if (rest > 0) segments.Add(Two(whole * factor, 1, rest, rest));
            return new(axis, segments);
        }

        if (factor == 1) return new(axis, [Two(0, axis.Extent, 1, 1)]);
        Expr tiles = axis.Extent / factor;
        return new(axis, [Two(0, tiles, factor, factor), Two(tiles * factor, axis.Extent % factor, 1, 1)]);
    }

    /// <summary>Tiles of <paramref name="factor"/> (a power of two), then of half as many, down to one: parts (tile, within), for an extent that is known
    /// at run time only and rarely more than a tile or two.</summary>
    public static Split Halving(Axis axis, int factor)
    {
        if (axis.Extent is Const) return Tile(axis, factor);
        var segments = new List<Segment>();
        for (int size = factor; size >= 1; size /= 2)
        {
            Expr rest = size == factor ? axis.Extent : axis.Extent % (2 * size);
            segments.Add(Two(size == factor ? Const.Zero : axis.Extent - rest, size == 1 ? rest : rest / size, size, size));
        }

        return new(axis, segments);
    }

    /// <summary>Tiles of tiles: parts (panel, tile, within), of a constant extent.</summary>
    public static Split Panel(Axis axis, int panel, int tile)
    {
        int extent = axis.Max;
        var segments = new List<Segment>();
        int at = 0;
        foreach (int size in new[] { panel, tile, 1 })
        {
            int inner = size < tile ? (extent - at) : tile;
            int step = size < tile ? inner : size;
            int count = step == 0 ? 0 : (extent - at) / step;
            if (count == 0) continue;
            segments.Add(new Segment(at, [new Part(count, step, step), new Part(step / inner, inner, inner), new Part(inner, 1, 1)]));
            at += count * step;
        }

        return new(axis, segments);
    }

    /// <summary>As <see cref="Panel"/>, but what is left of the axis is one panel of whole tiles and one of single numbers.</summary>
    public static Split Tiles(Axis axis, int panel, int tile)
    {
        int extent = axis.Max, rest = extent % panel, whole = extent / panel, single = rest % tile;
        var segments = new List<Segment>();
        void Add(int start, int count, int size, int within)
        {
            if (count > 0 && size > 0) segments.Add(new Segment(start, [new Part(count, size, size), new Part(size / within, within, within), new Part(within, 1, 1)]));
        }

        Add(0, whole, panel, tile);
        Add(whole * panel, 1, rest - single, tile);
        Add(extent - single, 1, single, 1);
        return new(axis, segments);
    }

    /// <summary>Vectors: parts (step, unrolled, narrow, lane). Narrow numbers (two or four to a 32-bit word) lie in neighbouring
    /// positions of one lane, so a lane strides by <paramref name="narrow"/>; staged tensors are stored so that lanes are neighbours.</summary>
    public static Split Lanes(Axis axis, int lanes, int narrow, int unroll)
    {
        if (axis.Extent is not Const c)
        {
            Expr vectors = axis.Extent / lanes;
            return new(axis, lanes == 1
                ? [Vectors(0, axis.Extent, 1, 1, 1)]
                : [Vectors(0, vectors, 1, 1, lanes), Vectors(vectors * lanes, axis.Extent % lanes, 1, 1, 1)]);
        }

        int extent = (int)c.Value, at = 0;
        var segments = new List<Segment>();
        foreach (var (u, j, l) in new[] { (unroll, narrow, lanes), (1, narrow, lanes), (1, 1, lanes), (1, 1, 1) })
        {
            int step = u * j * l, count = (extent - at) / step;
            if (count == 0) continue;
            segments.Add(Vectors(at, count, u, j, l));
            at += count * step;
        }

        return new(axis, segments);
    }

    /// <summary>Tiles of <paramref name="factor"/>, then one of exactly what is left, so that its loop can be unrolled too: parts (tile, within).</summary>
    public static Split Exact(Axis axis, int factor)
    {
        if (axis.Extent is Const) return Tile(axis, factor);
        Expr tiles = axis.Extent / factor, rest = axis.Extent % factor;
        var segments = new List<Segment> { Two(0, tiles, factor, factor) };
        for (int left = factor - 1; left > 0; left--)
            segments.Add(Two(tiles * factor, new Select(new Binary(BinaryOp.Equal, rest, left), Const.One, Const.Zero), left, left));
        return new(axis, segments);
    }

    /// <summary>Chunks of <paramref name="size"/>, then one of what is left, unless that is nothing: parts (chunk, within). With nothing to sum nothing is touched, so that
    /// the list of experts may be longer than those that have any tokens.</summary>
    public static Split Chunks(Axis axis, int size)
    {
        if (axis.Extent is Const) return Tile(axis, size);
        Expr chunks = axis.Extent / size, rest = axis.Extent % size;
        var any = new Select(new Binary(BinaryOp.Less, Const.Zero, rest), Const.One, Const.Zero);
        return new(axis, [Two(0, chunks, size, size), new(chunks * size, [new Part(any, size, size), new Part(rest, 1, 1) { Most = size - 1 }])]);
    }

    /// <summary>Strips of vectors: parts (strip, group, vector, lane). The strips are the same whatever the vectors: whole ones, one of what is left in sixteens
    /// (or in wider vectors), one of single numbers.</summary>
    public static Split Strips(Axis axis, int strip, int lanes, int vectors)
    {
        int grain = lanes > 16 ? lanes : 16, extent = axis.Max, at = 0;
        var segments = new List<Segment>();
        foreach (int size in new[] { strip, extent % strip / grain * grain, extent % grain })
        {
            int count = size == 0 ? 0 : (extent - at) / size;
            if (count == 0) continue;
            int l = size % grain == 0 ? lanes : 1, v = l == 1 ? 1 : vectors;
            while (size / l % v != 0) v--;
            segments.Add(new Segment(at, [new Part(count, size, size), new Part(size / l / v, l * v, l * v), new Part(v, l, l), new Part(l, 1, 1)]));
            at += count * size;
        }

        return new(axis, segments);
    }

    /// <summary>Blocks of a reduced axis: parts (block, words, narrow, lane); within a block, as many numbers as fill a vector's words stand together.</summary>
    public static Split Blocks(Axis axis, int block, int lanes, int narrow)
    {
        int extent = axis.Max, at = 0, words = lanes * narrow;
        var segments = new List<Segment>();
        foreach (var (size, j, l) in new[] { (block, narrow, lanes), (extent % block / words * words, narrow, lanes), (extent % words / lanes * lanes, 1, lanes), (extent % lanes, 1, 1) })
        {
            if (size == 0 || extent - at < size) continue;
            int count = (extent - at) / size;
            if (size != block) count = 1;
            segments.Add(new Segment(at, [new Part(count, size, size), new Part(size / (j * l), j * l, j * l), new Part(j, l, l), new Part(l, 1, 1)]));
            at += count * size;
        }

        return new(axis, segments);
    }

    private static Segment Two(Expr start, Expr tiles, int stride, int within) => new(start, [new Part(tiles, stride, stride), new Part(within, 1, 1)]);

    private static Segment Vectors(Expr start, Expr count, int u, int j, int l) =>
        new(start, [new Part(count, u * j * l, u * j * l), new Part(u, j * l, j * l), new Part(j, 1, l), new Part(l, j, 1)]);
}
