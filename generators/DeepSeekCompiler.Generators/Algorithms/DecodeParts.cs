using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>The fold over cache pages of one part of the context; keys are met one by one, where they lie.</summary>
internal static class DecodeParts
{
    /// <param name="b">The kernel.</param>
    /// <param name="s">What attention is like.</param>
    /// <param name="t">The token.</param>
    /// <param name="context">The cache and how it is split.</param>
    /// <param name="query">[t, head, key number] queries in cache coordinates.</param>
    public static DecodeStages Define(KernelBuilder b, AttentionShape s, Axis t, DecodeContext context, Tensor query)
    {
        Axis group = new("group", s.Groups), head = new("h", s.HeadsPerGroup), part = context.Part, page = context.Page;
        Expr number = group.Index * s.HeadsPerGroup + head;
        var maximum = b.Temp("maximum", head);
        var newMaximum = b.Temp("newMaximum", head);
        var total = b.Temp("total_", head);
        var fade = b.Temp("fade", head);
        var score = b.Temp("score", head, Limits.PageTokens);
        Axis v0 = new("v", s.ValueDim), v1 = new("value", s.ValueDim), v2 = new("out", s.ValueDim);
        var mix = b.Temp("mix", head, s.ValueDim);
        Axis Keys(string name) => new(name, context.Keys, null, Limits.PageTokens);
        Axis j0 = Keys("j"), j1 = Keys("key"), j2 = Keys("weight_"), j3 = Keys("summand_"), j4 = Keys("row");
        var highest = b.Temp("highest", head);
        Stage[] start =
        [
            b.Map("StartMaximum", maximum[head], Limits.Lowest, t, group, part, head),
            b.Map("StartTotal", total[head], 0.0, t, group, part, head),
            b.Map("StartMix", mix[head, v0], 0.0, t, group, part, head, v0),
        ];
        Reduce? ropeScore = null;
        if (context.Cache.RopePages is not null)
        {
            Axis j = Keys("ropeKey"), e = new("e", s.KeyDim - s.ValueDim);
            ropeScore = b.Sum("RopeScore", score[head, j], query[t, number, s.ValueDim + e.Index] * context.Cache.Rope(page, j, e), [t, group, part, page, head, j], [e]);
        }

        var d = new Axis("d", ropeScore is null ? s.KeyDim : s.ValueDim);
        return new()
        {
            Group = group, Head = head, Part = part, Page = page,
            Start = start,
            RopeScore = ropeScore,
            Score = b.Sum("Score", score[head, j0], query[t, number, d] * context.Cache.Number(page, j0, s.KeyAt + group.Index * s.KeyDim + d), [t, group, part, page, head, j0], [d],
                null, ropeScore is null ? null : score[head, j0]),
            Softmax =
            [
                b.Max("Highest", highest[head], score[head, j1], [t, group, part, page, head], j1),
                b.Map("NewMaximum", newMaximum[head], Expr.Max(maximum[head], highest[head] * s.Scale), t, group, part, page, head),
                b.Map("Fade", fade[head], Expr.Exp(maximum[head] - newMaximum[head]), t, group, part, page, head),
                b.Map("Weight", score[head, j2], Expr.Exp(score[head, j2] * s.Scale - newMaximum[head]), t, group, part, page, head, j2),
                b.Sum("Total", total[head], score[head, j3], [t, group, part, page, head], [j3], null, total[head] * fade[head]),
            ],
            Values = b.Sum("Values", mix[head, v1], score[head, j4] * context.Cache.Number(page, j4, s.ValueAt + group.Index * s.ValueDim + v1), [t, group, part, page, head, v1], [j4],
                null, mix[head, v1] * fade[head]),
            KeepMaximum = b.Map("KeepMaximum", maximum[head], newMaximum[head], t, group, part, page, head),
            Finish =
            [
                b.Map("PartMaximum", context.Maximum[t, number, part], maximum[head], t, group, part, head),
                b.Map("PartTotal", context.Total[t, number, part], total[head], t, group, part, head),
                b.Map("PartSum", context.Sum[t, number, part, v2], mix[head, v2], t, group, part, head, v2),
            ],
        };
    }
}
