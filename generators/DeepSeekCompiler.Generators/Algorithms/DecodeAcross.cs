using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary><see cref="DecodeParts"/> for workers with wide vectors: queries of a block of heads stand across, so that scores are products with vectors along heads, the
/// softmax runs for a vector of heads at once, and nothing is summed across a vector. A page of narrow numbers is decoded to float32 once for all heads of a block.
/// Heads are filled up to whole blocks with zeros, keys with zeros or whatever the page holds there; what comes of those is never read.</summary>
internal sealed class DecodeAcross
{
    /// <summary>Heads and keys are filled up to multiples of this: numbers of the widest vector.</summary>
    public const int Grain = 16;

    /// <summary>Blocks of heads, each a work item.</summary>
    public Axis Block { get; private set; } = null!;

    /// <summary>Rows of the page as float32, each tensor followed by zeros for what fills up the last block of keys.</summary>
    public IReadOnlyList<Map> Copies { get; private set; } = [];

    /// <summary>Queries across, and zeros where no head is.</summary>
    public IReadOnlyList<Map> Queries { get; private set; } = [];

    /// <summary>The products in whole numbers, where the cache holds those; else null.</summary>
    public DecodeFixed? Fixed { get; private set; }

    /// <summary>What a score's trip along the key asks for, so that all trips of a page together ask for the next page; null where pages hold more than one group's keys.</summary>
    public Read? Ahead { get; private set; }

    /// <summary>Weights of the kernels behind attention: they come near while this computes, and memory would have nothing to do.</summary>
    public Tensor Later { get; private set; } = null!;

    /// <summary>Counts the pages that workers go through, in about the order of time; all blocks of heads of a page.</summary>
    public Expr Turn { get; private set; } = null!;

    /// <summary>Whether there are heads enough to a group that most lanes have one. Whole numbers are met in no other way.</summary>
    public static bool Fits(AttentionShape s) => s.HeadsPerGroup >= Grain / 2 || s.Cache == NumberFormat.I16;

    /// <summary>Heads of a block: two vectors' worth where they are filled, else one's.</summary>
    public static int BlockOf(AttentionShape s) => s.HeadsPerGroup % (2 * Grain) is 0 or > Grain ? 2 * Grain : Grain;

    /// <summary>Blocks of a group's heads.</summary>
    public static int BlocksOf(AttentionShape s) => (s.HeadsPerGroup + BlockOf(s) - 1) / BlockOf(s);

    /// <inheritdoc cref="DecodeParts.Define"/>
    public static DecodeStages Define(KernelBuilder b, AttentionShape s, Axis t, DecodeContext context, Tensor query)
    {
        int width = BlockOf(s), blocks = BlocksOf(s);
        Axis group = new("group", s.Groups), block = new("block", blocks), part = context.Part, page = context.Page;
        Expr known = blocks * width == s.HeadsPerGroup ? width : blocks == 1 ? s.HeadsPerGroup : Expr.Min(width, s.HeadsPerGroup - block.Index * width);
        Axis Lane(string name) => new(name, width);
        Axis Head(string name) => new(name, known, null, width);
        Axis Keys(string name) => new(name, context.Keys, null, Limits.PageTokens);
        Axis[] item = [t, group, part, block], inside = [.. item, page];
        Expr Number(Axis head) => group.Index * s.HeadsPerGroup + block.Index * width + head;

        var maximum = b.Temp("maximum", width);
        var newMaximum = b.Temp("newMaximum", width);
        var total = b.Temp("total_", width);
        var fade = b.Temp("fade", width);
        var highest = b.Temp("highest", width);
        var score = b.Temp("score", Limits.PageTokens, width);
        var mix = b.Temp("mix", width, s.ValueDim);
        var across = b.Temp("across", s.KeyDim, width);
        // Float32 rows are met where they lie, so that reading them goes on beside the products; narrow ones are decoded first, once for all heads. In latent
        // attention values are the front of the keys.
        bool lie = s.Cache is NumberFormat.F32 or NumberFormat.I16;
        var keys = lie ? null : b.Temp("keys", Limits.PageTokens, s.KeyDim);
        var values = lie ? null : s.ValueAt == s.KeyAt ? keys : b.Temp("values", Limits.PageTokens, s.ValueDim);

        Axis h0 = Lane("lane"), h1 = Lane("h_"), h2 = Lane("h"), v0 = new("v", s.ValueDim);
        Map[] start =
        [
            b.Map("StartMaximum", maximum[h0], Limits.Lowest, [.. item, h0]),
            b.Map("StartTotal", total[h1], 0.0, [.. item, h1]),
            b.Map("StartMix", mix[h2, v0], 0.0, [.. item, h2, v0]),
        ];
        Axis head = Head("head"), c = new("column", s.KeyDim);
        var queries = new List<Map> { b.Map("QueryAcross", across[c, head], query[t, Number(head), c], [.. item, head, c]) };
        if (blocks * width > s.HeadsPerGroup)
        {
            Axis spare = new("spare", width - known, known, width), zero = new("zero", s.KeyDim);
            queries.Add(b.Map("SpareAcross", across[zero, spare], 0.0, [.. item, zero, spare]));
        }

        var codes = context.Cache.IsFixed ? new DecodeFixed(b, s, context, width, item) : null;
        codes?.AddQueries(across);
        Expr whole = (context.Keys + (Grain - 1)) / Grain;
        var copies = new List<Map>();
        void Copy(string name, int columns, Func<Axis, Axis, Map> map)
        {
            Axis row = Keys(name + "Row"), column = new(name + "Column", columns);
            copies.Add(map(row, column));
        }

        if (keys is not null)
        {
            bool apart = context.Cache.RopePages is not null;
            Copy("key", apart ? s.ValueDim : s.KeyDim, (row, column) =>
                b.Map("CopyKey", keys[row, column], context.Cache.Number(page, row, s.KeyAt + group.Index * s.KeyDim + column), [.. inside, row, column]));
            if (apart)
                Copy("rope", s.KeyDim - s.ValueDim, (row, column) => b.Map("CopyRope", keys[row, s.ValueDim + column.Index], context.Cache.Rope(page, row, column), [.. inside, row, column]));
            Axis rest = new("rest", whole * Grain - context.Keys, context.Keys, Grain), none = new("none", s.KeyDim);
            copies.Add(b.Map("FillKey", keys[rest, none], 0.0, [.. inside, rest, none]));
        }

        if (values is not null && values != keys)
            Copy("value", s.ValueDim, (row, column) => b.Map("CopyValue", values[row, column], context.Cache.Number(page, row, s.ValueAt + group.Index * s.ValueDim + column), [.. inside, row, column]));
        Axis tile = new("tile", whole, null, Limits.PageTokens / Grain), j = new("j", Grain), d = new("d", s.KeyDim), h3 = Lane("h"), h4 = Lane("h"), h5 = Lane("h"), h6 = Lane("h"), h7 = Lane("h"),
            h8 = Lane("h"), h9 = Lane("h");
        Axis j1 = Keys("key"), j2 = Keys("weight_"), j3 = Keys("summand"), j4 = Keys("row"), v1 = new("value", s.ValueDim), mixed = Head("head"), p0 = Head("head"), p1 = Head("head"), p2 = Head("head"),
            v2 = new("out", s.ValueDim);
        Expr key = tile.Index * Grain + j;
        var scores = codes?.AddScores(score, whole) ?? (null, b.Sum(
            "Score", score[key, h3], (keys is null ? context.Cache.Number(page, key, s.KeyAt + group.Index * s.KeyDim + d) : keys[key, d]) * across[d, h3], [.. inside, tile, j, h3], [d]));
        // A page has as many float32 lines as its tiles of keys have trips; one of words has half as many, and so do they.
        var (tiles, along) = (scores.Latent.Axes[5], scores.Latent.Over[0]);
        Read? ahead = s.CacheRow == s.KeyDim ? context.Cache.Pages[context.NextPage, 0, (tiles.Index * along.Max + along) * Grain] : null;
        List<Stage> softmax =
        [
            b.Max("Highest", highest[h4], score[j1, h4], [.. inside, h4], j1),
            b.Map("NewMaximum", newMaximum[h5], Expr.Max(maximum[h5], highest[h5] * s.Scale), [.. inside, h5]),
            b.Map("Fade", fade[h6], Expr.Exp(maximum[h6] - newMaximum[h6]), [.. inside, h6]),
            b.Map("Weight", score[j2, h7], Expr.Exp(score[j2, h7] * s.Scale - newMaximum[h7]), [.. inside, j2, h7]),
            b.Sum("Total", total[h8], score[j3, h8], [.. inside, h8], [j3], null, total[h8] * fade[h8]),
        ];
        if (codes is not null) softmax.AddRange(codes.AddWeights(score));
        return new()
        {
            Group = group, Part = part, Page = page, Start = start,
            Across = new()
            {
                Block = block, Queries = queries, Copies = copies, Fixed = codes,
                Later = b.Ahead("later"), Turn = (context.Turn * s.Groups + group.Index) * blocks + block.Index,
                Ahead = ahead,
            },
            RopeScore = scores.Rope, Score = scores.Latent,
            Softmax = softmax,
            Values = codes?.AddValues(mix, fade, mixed) ?? b.Sum("Values", mix[mixed, v1], score[j4, mixed] * (values is null ? context.Cache.Number(page, j4, s.ValueAt + group.Index * s.ValueDim + v1) : values[j4, v1]), [.. inside, mixed, v1], [j4], null, mix[mixed, v1] * fade[mixed]),
            KeepMaximum = b.Map("KeepMaximum", maximum[h9], newMaximum[h9], [.. inside, h9]),
            Finish =
            [
                b.Map("PartMaximum", context.Maximum[t, Number(p0), part], maximum[p0], [.. item, p0]),
                b.Map("PartTotal", context.Total[t, Number(p1), part], total[p1], [.. item, p1]),
                b.Map("PartSum", context.Sum[t, Number(p2), part, v2], mix[p2, v2], [.. item, p2, v2]),
            ],
        };
    }
}
