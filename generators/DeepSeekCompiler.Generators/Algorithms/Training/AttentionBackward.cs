using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Attention backward with recomputation (FlashAttention, Dao et al. 2022, algorithm 4): with P the weights of a block of queries, made again from scores,
/// their maximum and their normaliser, and D = rowsum(dO O): dV += P^T dO, dS = P (dO V^T - D) scale, dQ = dS K, dK += dS^T Q.</summary>
/// <remarks>One worker owns a row's key/value head and walks the query heads and blocks in order: the same bits whoever computes.</remarks>
internal sealed class AttentionBackward
{
    private AttentionBackward(TensorKernel kernel) => Kernel = kernel;

    public TensorKernel Kernel { get; }

    /// <summary>Work items: rows of the batch, key/value heads.</summary>
    public Axis[] Items { get; private set; } = [];

    /// <summary>Query heads of a key/value head.</summary>
    public Axis Head { get; private set; } = null!;

    public Axis Block { get; private set; } = null!;

    public Axis Query { get; private set; } = null!;

    /// <summary>Gradients of keys and values start at zero; keys and values are transposed.</summary>
    public IReadOnlyList<Map> Start { get; private set; } = [];

    public Reduce Along { get; private set; } = null!;

    /// <summary>Scores, and dO V^T, into whole pages.</summary>
    public IReadOnlyList<Reduce> Scores { get; private set; } = [];

    /// <summary>P and dS.</summary>
    public IReadOnlyList<Map> Points { get; private set; } = [];

    public Reduce QueryGradient { get; private set; } = null!;

    /// <summary>dV and dK.</summary>
    public IReadOnlyList<Reduce> KeyGradients { get; private set; } = [];

    public static AttentionBackward Define(string name, AttentionSizes s)
    {
        var b = new KernelBuilder(name, "Attention backward: weights are made again from scores, block of queries by block; gradients of queries, keys and values.");
        var batch = b.Scalar("batch");
        var length = b.Scalar("length");
        var q = b.Input("q", NumberFormat.F32, 1, s.Heads, s.KeyDim);
        var k = b.Input("k", NumberFormat.F32, 1, s.Groups, s.KeyDim);
        var v = b.Input("v", NumberFormat.F32, 1, s.Groups, s.ValueDim);
        var o = b.Input("o", NumberFormat.F32, 1, s.Heads, s.ValueDim);
        var most = b.Input("most", NumberFormat.F32, 1, s.Heads);
        var share = b.Input("share", NumberFormat.F32, 1, s.Heads);
        var @do = b.Input("do_", NumberFormat.F32, 1, s.Heads, s.ValueDim);
        var dq = b.Output("dq", NumberFormat.F32, 1, s.Heads, s.KeyDim);
        var dk = b.InOut("dk", NumberFormat.F32, 1, s.Groups, s.KeyDim);
        var dv = b.InOut("dv", NumberFormat.F32, 1, s.Groups, s.ValueDim);
        Axis row = new("row", batch), g = new("g", s.Groups);
        var parts = new AttentionParts(b, length, row, g);
        var head = b.Fold(new Axis("head", s.HeadsPerGroup));
        Expr h = g.Index * s.HeadsPerGroup + head;
        Axis r0 = new("t", length), r1 = new("token", length), d0 = new("d", s.KeyDim), v0 = new("v_", s.ValueDim);
        var start = new List<Map>
        {
            b.Map("StartKeys", dk[parts.Row(r0), g, d0], 0.0, row, g, r0, d0),
            b.Map("StartValues", dv[parts.Row(r1), g, v0], 0.0, row, g, r1, v0),
            parts.Transpose("Keys", k, s.KeyDim, [row, g]),
            parts.Transpose("Values", v, s.ValueDim, [row, g]),
        };
        Axis i = parts.Query, i0 = new("queryRow", i.Extent, null, i.Max), i1 = new("queryOf", i.Extent, null, i.Max);
        Axis v1 = new("value", s.ValueDim), v2 = new("across", s.ValueDim), v3 = new("valueOut", s.ValueDim), d1 = new("depth", s.KeyDim), d2 = new("keyColumn", s.KeyDim), d3 = new("keyOut", s.KeyDim);
        Expr t = parts.Token;
        Expr At(Axis query) => row.Index * length + parts.Block.Index * AttentionSizes.Block + query;
        Axis[] items = [row, g, head], at = [row, g, head, parts.Block, i];
        var along = b.Temp("along", AttentionSizes.Block);
        var weight = b.Temp("weight", AttentionSizes.Block, AttentionSizes.ScoreRow);
        var slope = b.Temp("slope", AttentionSizes.Block, AttentionSizes.ScoreRow);
        var alongSum = b.Sum("Along", along[i], @do[t, h, v1] * o[t, h, v1], at, [v1]);
        var scores = new List<Reduce>
        {
            parts.Scores("Score", weight, q[t, h, d1], start[2].Target.Tensor, d1, items),
            parts.Scores("Value", slope, @do[t, h, v2], start[3].Target.Tensor, v2, items),
        };
        Axis j0 = parts.Key("j"), j1 = parts.Key("key"), j2 = parts.Key("summand"), j3 = parts.Key("valueRow"), j4 = parts.Key("keyRow");
        var points = new List<Map>
        {
            b.Map("Weight", weight[i, j0], new Select(parts.Visible(j0), Expr.Exp(weight[i, j0] * s.Scale - most[t, h]) * share[t, h], 0.0), [.. at, j0]),
            b.Map("Slope", slope[i, j1], weight[i, j1] * ((slope[i, j1] - along[i]) * s.Scale), [.. at, j1]),
        };
        var query = b.Sum("Query", dq[t, h, d2], slope[i, j2] * k[parts.Row(j2), g, d2], [.. at, d2], [j2]);
        var keys = new List<Reduce>
        {
            b.Sum("ValueRows", dv[parts.Row(j3), g, v3], weight[i0, j3] * @do[At(i0), h, v3], [row, g, head, parts.Block, j3, v3], [i0], null, dv[parts.Row(j3), g, v3]),
            b.Sum("KeyRows", dk[parts.Row(j4), g, d3], slope[i1, j4] * q[At(i1), h, d3], [row, g, head, parts.Block, j4, d3], [i1], null, dk[parts.Row(j4), g, d3]),
        };
        b.Cost.Work((long)s.Heads * (3 * s.KeyDim + 2 * s.ValueDim) * Amount.Batch * Amount.Length * Amount.Length);
        b.Cost.Move(4L * s.Heads * 4 * (s.KeyDim + s.ValueDim) * Amount.Batch * Amount.Length);
        return new(b.Build())
        {
            Items = [row, g], Head = head, Block = parts.Block, Query = i, Start = start, Along = alongSum, Scores = scores, Points = points, QueryGradient = query, KeyGradients = keys,
        };
    }
}
