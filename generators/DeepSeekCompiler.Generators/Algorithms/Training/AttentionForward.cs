using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Causal attention of whole rows in training. Nothing of a row's scores is kept but each query's largest one and its normaliser, from which the backward
/// pass makes the weights again (FlashAttention, Dao et al. 2022).</summary>
internal sealed class AttentionForward
{
    private AttentionForward(TensorKernel kernel) => Kernel = kernel;

    public TensorKernel Kernel { get; }

    /// <summary>Work items: rows of the batch, heads.</summary>
    public Axis[] Items { get; private set; } = [];

    public Axis Block { get; private set; } = null!;

    public Axis Query { get; private set; } = null!;

    /// <summary>Keys, transposed page by page, so that vectors run along keys.</summary>
    public Map Transpose { get; private set; } = null!;

    public Reduce Score { get; private set; } = null!;

    /// <summary>Largest score, powers, their sum and its inverse.</summary>
    public IReadOnlyList<Stage> Softmax { get; private set; } = [];

    public Reduce Mix { get; private set; } = null!;

    public Map Normalize { get; private set; } = null!;

    public static AttentionForward Define(string name, AttentionSizes s)
    {
        var b = new KernelBuilder(name, "Causal attention of whole rows: of the scores, only each query's largest and the inverse of its sum are kept.");
        var batch = b.Scalar("batch");
        var length = b.Scalar("length");
        var q = b.Input("q", NumberFormat.F32, 1, s.Heads, s.KeyDim);
        var k = b.Input("k", NumberFormat.F32, 1, s.Groups, s.KeyDim);
        var v = b.Input("v", NumberFormat.F32, 1, s.Groups, s.ValueDim);
        var o = b.Output("o", NumberFormat.F32, 1, s.Heads, s.ValueDim);
        var most = b.Output("most", NumberFormat.F32, 1, s.Heads);
        var share = b.Output("share", NumberFormat.F32, 1, s.Heads);
        Axis row = new("row", batch), h = new("h", s.Heads);
        var parts = new AttentionParts(b, length, row, h.Index / s.HeadsPerGroup);
        var transpose = parts.Transpose("Keys", k, s.KeyDim, [row, h]);
        Axis i = parts.Query, d = new("d", s.KeyDim), value = new("value", s.ValueDim), out_ = new("out", s.ValueDim);
        Expr t = parts.Token;
        var score = b.Temp("score", i, AttentionSizes.ScoreRow);
        var scores = parts.Scores("Score", score, q[t, h, d], transpose.Target.Tensor, d, [row, h]);
        Axis j0 = parts.Key("j"), j1 = parts.Key("key"), j2 = parts.Key("summand"), j3 = parts.Key("weight");
        Axis[] at = [row, h, parts.Block, i];
        var softmax = new List<Stage>
        {
            b.Max("Most", most[t, h], new Select(parts.Visible(j0), score[i, j0] * s.Scale, Limits.Lowest), at, j0),
            b.Map("Power", score[i, j1], new Select(parts.Visible(j1), Expr.Exp(score[i, j1] * s.Scale - most[t, h]), 0.0), [.. at, j1]),
            b.Sum("Total", share[t, h], score[i, j2], at, [j2]),
            b.Map("Share", share[t, h], 1.0 / share[t, h], at),
        };
        var mix = b.Sum("Mix", o[t, h, value], score[i, j3] * v[parts.Row(j3), h.Index / s.HeadsPerGroup, value], [.. at, value], [j3]);
        var normalize = b.Map("Normalize", o[t, h, out_], o[t, h, out_] * share[t, h], [.. at, out_]);
        b.Cost.Work((long)s.Heads * (s.KeyDim + s.ValueDim) * Amount.Batch * Amount.Length * Amount.Length);
        b.Cost.Move(4L * s.Heads * 2 * (s.KeyDim + s.ValueDim) * Amount.Batch * Amount.Length);
        return new(b.Build())
        {
            Items = [row, h], Block = parts.Block, Query = i, Transpose = transpose, Score = scores, Softmax = softmax, Mix = mix, Normalize = normalize,
        };
    }
}
