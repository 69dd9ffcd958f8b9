using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Causal attention of a head's blocks of queries, one page of keys after another with online softmax (FlashAttention, Dao et al. 2022), whatever way
/// keys and values come about and lie.</summary>
internal sealed class OnlineSoftmax
{
    private readonly KernelBuilder _b;
    private readonly int _valueDim;
    private readonly Axis _query;
    private readonly Func<Expr, Read> _maximum;
    private readonly Func<Expr, Read> _total;
    private readonly Func<Expr, Expr, Read> _mix;
    private readonly Tensor _score;
    private readonly Tensor _highest;
    private readonly Tensor _newMaximum;
    private readonly Tensor _fade;

    private OnlineSoftmax(KernelBuilder b, int valueDim, Axis query, Func<Expr, Read> maximum, Func<Expr, Read> total, Func<Expr, Expr, Read> mix)
    {
        (_b, _valueDim, _query, _maximum, _total, _mix) = (b, valueDim, query, maximum, total, mix);
        _score = b.Temp("score", query, Limits.PageTokens);
        _highest = b.Temp("highest", query);
        _newMaximum = b.Temp("newMaximum", query);
        _fade = b.Temp("fade", query);
    }

    /// <summary>What the queries of a head have so far is kept by its worker, [query], and goes with it.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="rows">Queries of a chunk at most, those that fill up its last block included.</param>
    /// <param name="valueDim">Numbers of a value.</param>
    /// <param name="query">Queries of a block.</param>
    public static OnlineSoftmax OfOneHead(KernelBuilder b, int rows, int valueDim, Axis query)
    {
        Tensor maximum = b.Temp("maximum", rows), total = b.Temp("total", rows), mix = b.Temp("mix", rows, valueDim);
        return new(b, valueDim, query, t => maximum[t], t => total[t], (t, v) => mix[t, v]);
    }

    /// <summary>What the queries of all heads have so far is kept in memory, [head, query], whose size follows from the chunk.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="rows">Queries of a chunk, those that fill up its last block included.</param>
    /// <param name="h">The head.</param>
    /// <param name="valueDim">Numbers of a value.</param>
    /// <param name="query">Queries of a block.</param>
    /// <param name="o">[tokens, heads, value] answers, where weighted values are kept there; null where blocks are filled up.</param>
    public static OnlineSoftmax ByHead(KernelBuilder b, Expr rows, Axis h, int valueDim, Axis query, Tensor? o = null)
    {
        Tensor maximum = b.Temp("maximum", h.Max, rows), total = b.Temp("total", h.Max, rows);
        if (o is not null) return new(b, valueDim, query, t => maximum[h, t], t => total[h, t], (t, v) => o[t, h, v]);
        var mix = b.Temp("mix", h.Max, rows, valueDim);
        return new(b, valueDim, query, t => maximum[h, t], t => total[h, t], (t, v) => mix[h, t, v]);
    }

    /// <summary>What the queries of all heads have so far is kept in memory, [query, head], weighted values where the answers will be: it may outlive a launch.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="tokens">Queries of a chunk.</param>
    /// <param name="h">The head.</param>
    /// <param name="o">[tokens, heads, value] answers.</param>
    /// <param name="valueDim">Numbers of a value.</param>
    /// <param name="query">Queries of a block.</param>
    public static OnlineSoftmax ByQuery(KernelBuilder b, Expr tokens, Axis h, Tensor o, int valueDim, Axis query)
    {
        Tensor maximum = b.Temp("maximum", tokens, h.Max), total = b.Temp("total", tokens, h.Max);
        return new(b, valueDim, query, t => maximum[t, h], t => total[t, h], (t, v) => o[t, h, v]);
    }

    /// <summary>What queries have before the first page.</summary>
    public IReadOnlyList<Map> Start { get; private set; } = [];

    public Reduce Score { get; private set; } = null!;

    /// <summary>What numbers that lie elsewhere add to the scores; null where there are none.</summary>
    public Reduce? ScoreRest { get; private set; }

    public IReadOnlyList<Stage> Softmax { get; private set; } = [];

    public Reduce Mix { get; private set; } = null!;

    public Map KeepMaximum { get; private set; } = null!;

    public Map Finish { get; private set; } = null!;

    /// <param name="h">The head.</param>
    /// <param name="t">Axes of a name over all queries.</param>
    public void Begin(Axis h, Func<string, Axis> t)
    {
        Axis t0 = t("t"), t1 = t("token"), t2 = t("row_"), v = new("v", _valueDim);
        Start =
        [
            _b.Map("StartMaximum", _maximum(t0), Limits.Lowest, h, t0),
            _b.Map("StartTotal", _total(t1), 0.0, h, t1),
            _b.Map("StartMix", _mix(t2, v), 0.0, h, t2, v),
        ];
    }

    /// <summary>A block of queries over a page; what they have of it goes into what they had of the pages before.</summary>
    /// <param name="h">The head.</param>
    /// <param name="page">The page.</param>
    /// <param name="block">The block.</param>
    /// <param name="t">The query in its chunk.</param>
    /// <param name="position">Position of the chunk's first query.</param>
    /// <param name="keys">Axes of a name over the keys of the page.</param>
    /// <param name="product">A number of the query times that of a key.</param>
    /// <param name="keyDim">Numbers of a key.</param>
    /// <param name="scale">What scores are multiplied with.</param>
    /// <param name="value">A number of a key's value.</param>
    /// <param name="rest">The same of the numbers of query and key that lie elsewhere, and how many those are; null where there are none.</param>
    public void Attend(Axis h, Axis page, Axis block, Expr t, Expr position, Func<string, Axis> keys, Func<Axis, Axis, Expr> product, int keyDim, double scale, Func<Axis, Axis, Expr> value,
        (Func<Axis, Axis, Expr> Product, int Dim)? rest = null)
    {
        var i = _query;
        Axis j0 = keys("j"), j1 = keys("key"), j2 = keys("weight_"), j3 = keys("summand"), j4 = keys("row"), d = new("d", keyDim), v = new("value", _valueDim);
        Expr Visible(Axis j) => new Binary(BinaryOp.LessEqual, page.Index * Limits.PageTokens + j, position + t);
        Score = _b.Sum("Score", _score[i, j0], product(j0, d), [h, page, block, i, j0], [d]);
        if (rest is var (other, dim))
        {
            Axis j = keys("j_"), e = new("e", dim);
            ScoreRest = _b.Sum("ScoreRest", _score[i, j], other(j, e), [h, page, block, i, j], [e], null, _score[i, j]);
        }

        Softmax =
        [
            _b.Max("Highest", _highest[i], new Select(Visible(j1), _score[i, j1] * scale, Limits.Lowest), [h, page, block, i], j1),
            _b.Map("NewMaximum", _newMaximum[i], Expr.Max(_maximum(t), _highest[i]), h, page, block, i),
            _b.Map("Fade", _fade[i], Expr.Exp(_maximum(t) - _newMaximum[i]), h, page, block, i),
            _b.Map("Weight", _score[i, j2], new Select(Visible(j2), Expr.Exp(_score[i, j2] * scale - _newMaximum[i]), 0.0), h, page, block, i, j2),
            _b.Sum("Total", _total(t), _score[i, j3], [h, page, block, i], [j3], null, _total(t) * _fade[i]),
        ];
        Mix = _b.Sum("Mix", _mix(t, v), _score[i, j4] * value(j4, v), [h, page, block, i, v], [j4], null, _mix(t, v) * _fade[i]);
        KeepMaximum = _b.Map("KeepMaximum", _maximum(t), _newMaximum[i], h, page, block, i);
    }

    /// <param name="o">[tokens, heads, value] answers.</param>
    /// <param name="h">The head.</param>
    /// <param name="t">All queries.</param>
    public void End(Tensor o, Axis h, Axis t)
    {
        var v = new Axis("out", _valueDim);
        Finish = _b.Map("Finish", o[t, h, v], _mix(t, v) / _total(t), h, t, v);
    }

    /// <summary>What that costs.</summary>
    /// <param name="s">Heads and cache rows.</param>
    /// <param name="keyDim">Numbers of a key.</param>
    /// <param name="expansion">What keys and values are expanded with; null where the cache holds them.</param>
    public void State(AttentionShape s, int keyDim, WeightTensor? expansion)
    {
        // A query attends to all tokens in front of it and to itself.
        _b.Cost.Work((long)s.Heads * (keyDim + _valueDim) * (2 * Amount.Position * Amount.Tokens + Amount.Tokens * Amount.Tokens + Amount.Tokens));
        _b.Cost.Move((long)s.RowBytes * (Amount.Position + Amount.Tokens) + 4L * s.Heads * (keyDim + _valueDim) * Amount.Tokens);
        // Keys and values of the whole context are made again for every chunk.
        if (expansion is not null) _b.Cost.Product(expansion, Amount.Position + Amount.Tokens);
    }
}
