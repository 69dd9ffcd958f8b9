using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>The two products of <see cref="DecodeAcross"/> in whole numbers, over a cache that holds them. Queries become words once a part; a page's softmax weights do, times the
/// scales of their keys and with a scale for a head and the page, and its latents are joined anew from pairs of columns to pairs of keys.</summary>
/// <remarks>A code of a query or a key is off by half a unit at most, 2^-12.8 of the largest of its block or row; one of a weight by 2^-13.8 of the head's largest in the page.</remarks>
internal sealed class DecodeFixed(KernelBuilder b, AttentionShape s, DecodeContext context, int width, Axis[] item)
{
    /// <summary>Words that share a query's scale, and whose products are summed in 32 bits.</summary>
    public const int BlockWords = FormatSpec.Block / 2;

    /// <summary>The largest code of a weight. A page has fewer keys than a block of a query has numbers, so it may be as much larger.</summary>
    private const int LargestWeight = FixedPoint.Largest * (FormatSpec.Block / Limits.PageTokens);

    private readonly Axis[] _inside = [.. item, context.Page];
    private readonly List<Stage> _queries = new();
    private Tensor _latentWords = null!, _latentScale = null!, _ropeWords = null!, _ropeScale = null!, _weightWords = null!, _weightScale = null!, _valueWords = null!;

    /// <summary>Scales and words of the queries.</summary>
    public IReadOnlyList<Stage> Queries => _queries;

    /// <summary>What a trip along the rope key asks for, as <see cref="DecodeAcross.Ahead"/> is what one along the latent does.</summary>
    public Read RopeAhead { get; private set; } = null!;

    private int Latent => s.ValueDim;

    private int Rope => s.KeyDim - s.ValueDim;

    /// <summary>Defines the queries' words.</summary>
    /// <param name="across">[key number, head] queries.</param>
    public void AddQueries(Tensor across)
    {
        (_latentWords, _latentScale) = Words("Latent", across, 0, Latent);
        (_ropeWords, _ropeScale) = Words("Rope", across, Latent, Rope);
    }

    private (Tensor Words, Tensor Scales) Words(string name, Tensor across, int first, int numbers)
    {
        int half = numbers / 2, blocks = (half + BlockWords - 1) / BlockWords;
        string tensor = "query" + name;
        Tensor largest = b.Temp(tensor + "Largest", blocks, width), scale = b.Temp(tensor + "Scale", blocks, width), factor = b.Temp(tensor + "Factor", blocks, width);
        var words = b.Temp(tensor, NumberFormat.I32, half, width);
        Axis[] g = [.. Array.ConvertAll(new int[3], _ => new Axis("g", blocks))], h = [.. Array.ConvertAll(new int[4], _ => new Axis("h", width))];
        Axis Word(Axis block) => new("i", half % BlockWords == 0 ? BlockWords : Expr.Min(BlockWords, half - block.Index * BlockWords), null, BlockWords);
        Axis i = Word(g[0]), w = new("w", half);
        Expr Low(Expr word, Axis head) => across[first + word, head];
        Expr High(Expr word, Axis head) => across[first + half + word, head];
        Expr At(Axis block, Axis word) => block.Index * BlockWords + word;
        Expr pair = new Binary(BinaryOp.Largest, new Unary(UnaryOp.Abs, Low(At(g[0], i), h[0])), High(At(g[0], i), h[0]));
        _queries.Add(b.Largest("LargestOf" + name, largest[g[0], h[0]], pair, [.. item, g[0], h[0]], i));
        _queries.Add(b.Map("ScaleOf" + name, scale[g[1], h[1]], FixedPoint.ScaleOf(largest[g[1], h[1]]), [.. item, g[1], h[1]]));
        _queries.Add(b.Map("FactorOf" + name, factor[g[2], h[2]], 1.0 / scale[g[2], h[2]], [.. item, g[2], h[2]]));
        Expr own = factor[w.Index / BlockWords, h[3]];
        _queries.Add(b.Map("WordsOf" + name, words[w, h[3]], new Pair(Low(w, h[3]) * own, High(w, h[3]) * own), [.. item, w, h[3]]));
        return (words, scale);
    }

    /// <summary>Defines the scores: the rope key's part, and the latent's, which is added to it.</summary>
    /// <param name="score">[key, head].</param>
    /// <param name="tiles">Tiles of keys in the page.</param>
    public (Reduce? Rope, Reduce Latent) AddScores(Tensor score, Expr tiles)
    {
        var pages = context.Cache.Pages;
        var rope = Score("RopeScore", _ropeWords, _ropeScale, Latent, Rope, FixedCache.RopeScale, false);
        // All trips of a page together ask for the next one, line by line, the tiles of latents in front.
        RopeAhead = pages[context.NextPage, 0, (Latent / 2 * Limits.PageTokens) + (rope.Axes[5].Index * (Rope / 2) + rope.Over[0]) * DecodeAcross.Grain];
        return (rope, Score("Score", _latentWords, _latentScale, 0, Latent, FixedCache.LatentScale, true));

        Reduce Score(string name, Tensor words, Tensor scales, int first, int numbers, int which, bool adds)
        {
            Axis tile = new("tile", tiles, null, Limits.PageTokens / DecodeAcross.Grain), j = new("j", DecodeAcross.Grain), h = new("h", width), d = new("d", numbers / 2);
            Expr key = tile.Index * DecodeAcross.Grain + j;
            var target = score[key, h];
            return b.Sum(name, target, new PairDot(pages[context.Page, key, (first / 2) + d.Index], words[d, h], Const.Zero), [.. _inside, tile, j, h], [d],
                context.Cache.ScalePages![context.Page, key, which] * scales[d.Index / BlockWords, h], adds ? target : null);
        }
    }

    /// <summary>Defines what follows the softmax: weights and values as pairs of keys.</summary>
    /// <param name="score">[key, head] weights; they are multiplied with the scales of their keys.</param>
    public List<Stage> AddWeights(Tensor score)
    {
        Tensor most = b.Temp("mostWeight", width), factor = b.Temp("weightFactor", width);
        _weightScale = b.Temp("weightScale", width);
        _weightWords = b.Temp("weightWords", NumberFormat.I32, Limits.PageTokens / 2, width);
        _valueWords = b.Temp("valueWords", NumberFormat.I32, Limits.PageTokens / 2, Latent);
        Axis Keys(string name) => new(name, context.Keys, null, Limits.PageTokens);
        Axis j0 = Keys("share"), j1 = Keys("other"), h0 = new("h", width), h1 = new("h", width), h2 = new("h", width), h3 = new("h", width), h4 = new("h", width), h5 = new("h", width);
        Axis p = new("pair", context.Keys / 2, null, Limits.PageTokens / 2), odd = new("odd", context.Keys % 2, context.Keys / 2, 1);
        var stages = new List<Stage>
        {
            b.Map("KeyScale", score[j0, h0], score[j0, h0] * context.Cache.ScalePages![context.Page, j0, FixedCache.LatentScale], [.. _inside, j0, h0]),
            b.Max("MostWeight", most[h1], score[j1, h1], [.. _inside, h1], j1),
            b.Map("WeightScale", _weightScale[h2], most[h2] / (double)LargestWeight, [.. _inside, h2]),
            // Weights that are all 0 have any words.
            b.Map("WeightFactor", factor[h3], (double)LargestWeight / Expr.Max(most[h3], 1e-30), [.. _inside, h3]),
            b.Map("Weights", _weightWords[p, h4], new Pair(score[p.Index * 2, h4] * factor[h4], score[p.Index * 2 + 1, h4] * factor[h4]), [.. _inside, p, h4]),
            // A last key without another, beside whatever the page holds behind it.
            b.Map("OddWeight", _weightWords[odd, h5], new Pair(score[odd.Index * 2, h5] * factor[h5], 0.0), [.. _inside, odd, h5]),
        };
        Axis pair = new("keys", (context.Keys + 1) / 2, null, Limits.PageTokens / 2), w = new("w", Latent / 2);
        foreach (bool high in new[] { false, true })
        {
            Read Word(int key) => context.Cache.Pages[context.Page, pair.Index * 2 + key, w];
            stages.Add(b.Map(high ? "HighValues" : "LowValues", _valueWords[pair, (high ? Latent / 2 : 0) + w.Index], new PairJoin(Word(0), Word(1), high), [.. _inside, pair, w]));
        }

        return stages;
    }

    /// <summary>Defines the weighted values, added to what the pages before gave.</summary>
    /// <param name="mix">[head, number].</param>
    /// <param name="fade">[head] what becomes of the pages before.</param>
    /// <param name="heads">An axis of the heads there are.</param>
    public Reduce AddValues(Tensor mix, Tensor fade, Axis heads)
    {
        Axis v = new("value", Latent), p = new("pair", (context.Keys + 1) / 2, null, Limits.PageTokens / 2);
        return b.Sum("Values", mix[heads, v], new PairDot(_weightWords[p, heads], _valueWords[p, v], Const.Zero), [.. _inside, heads, v], [p], _weightScale[heads], mix[heads, v] * fade[heads]);
    }
}
