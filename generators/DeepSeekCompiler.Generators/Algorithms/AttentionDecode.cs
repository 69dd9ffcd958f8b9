using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Attention over the cache alone, split over the context: every part keeps its own maximum, sum and weighted values (online softmax,
/// Milakov and Gimelshein 2018), and a last phase joins them. For latent attention the queries are absorbed first (q W_UK) and the joined
/// latent is expanded last (W_UV): DeepSeek-V2 report, section 2.1.2.</summary>
internal sealed class AttentionDecode : IAlgorithm
{
    private AttentionDecode(TensorKernel kernel, AttentionShape shape)
    {
        Kernel = kernel;
        Shape = shape;
    }

    public TensorKernel Kernel { get; }

    public AttentionShape Shape { get; }

    public Axis Token { get; private set; } = null!;

    /// <summary>The query in cache coordinates, its axes (head, latent column); null without absorption.</summary>
    public Reduce? Absorb { get; private set; }

    public Map? CopyRope { get; private set; }

    /// <summary>Axes of a part's work item.</summary>
    public Axis Group { get; private set; } = null!;

    public Axis Head { get; private set; } = null!;

    public Axis Part { get; private set; } = null!;

    public Axis Page { get; private set; } = null!;

    /// <summary>Stages before, in and after the fold over pages, in order.</summary>
    public IReadOnlyList<Stage> Start { get; private set; } = [];

    public Reduce Score { get; private set; } = null!;

    public IReadOnlyList<Stage> Softmax { get; private set; } = [];

    public Reduce Values { get; private set; } = null!;

    public Map KeepMaximum { get; private set; } = null!;

    public IReadOnlyList<Stage> Finish { get; private set; } = [];

    /// <summary>Stages that join the parts of a head.</summary>
    public IReadOnlyList<Stage> Join { get; private set; } = [];

    public Map Joined { get; private set; } = null!;

    public Axis JoinHead { get; private set; } = null!;

    public Axis JoinPart { get; private set; } = null!;

    /// <summary>The value up projection; null without absorption.</summary>
    public Reduce? Expand { get; private set; }

    public Map? StoreExpanded { get; private set; }

    public static AttentionDecode Define(string name, AttentionShape s, LatentAttentionSpec? latent, NumberFormat format)
    {
        var b = new KernelBuilder(name, latent is null
            ? "Decode attention: scores against cached keys, softmax and weighted values, split over the context."
            : "Absorbed decode attention: queries are moved into the latent space, attend over the latent cache alone, split over the context, and the result is expanded to values.");
        var tokens = b.Scalar("tokens");
        var position = b.Scalar("position");
        var splits = b.Scalar("splits", Limits.MaxSplits + 1);
        int width = latent?.QkHeadDim ?? s.KeyDim;
        var q = b.Input("q", NumberFormat.F32, tokens, s.Heads, width);
        var weight = latent is null ? null : WeightTensor.Matrix(b, "weight", format, s.Heads * (latent.QkNopeHeadDim + latent.VHeadDim), latent.KvLoraRank);
        var pages = b.Table("pages", s.Cache, TensorRole.Input, 1, Limits.PageTokens, s.CacheRow);
        int valueWidth = latent?.VHeadDim ?? s.ValueDim;
        var o = b.Output("o", NumberFormat.F32, tokens, s.Heads, valueWidth);
        var t = new Axis("t", tokens, null, Limits.MaxChunk);
        var parts = new Parts(b, s, t, tokens, position, splits, pages);
        Tensor query = q;
        Reduce? absorb = null;
        Map? rope = null;
        if (latent is not null) (query, absorb, rope) = AbsorbQuery(b, s, latent, weight!, q, t, tokens);
        var a = parts.Define(query);
        var (join, joined, joinHead, joinPart, expand, store) = JoinParts(b, s, latent, weight, t, splits, parts, o);
        b.Flops = $"{Count.Number(2L * s.Heads * (s.KeyDim + s.ValueDim))} * tokens * context" + (latent is null ? "" :
            $" + {Count.Number(2L * s.Heads * latent.KvLoraRank * (latent.QkNopeHeadDim + latent.VHeadDim))} * tokens");
        b.Bytes = $"{Count.Number((long)s.CacheRow * s.Cache.Bytes())} * context" + (latent is null ? "" :
            $" + {Count.Number((long)s.Heads * latent.KvLoraRank * (latent.QkNopeHeadDim + latent.VHeadDim) * format.Bytes())} of weights");
        return new(b.Build(), s)
        {
            Token = t, Absorb = absorb, CopyRope = rope, Group = parts.Group, Head = parts.Head, Part = parts.Part, Page = parts.Page,
            Start = a.Start, Score = a.Score, Softmax = a.Softmax, Values = a.Values, KeepMaximum = a.Keep, Finish = a.Finish,
            Join = join, Joined = joined, JoinHead = joinHead, JoinPart = joinPart, Expand = expand, StoreExpanded = store,
        };
    }

    private static (Tensor Query, Reduce Absorb, Map Rope) AbsorbQuery(KernelBuilder b, AttentionShape s, LatentAttentionSpec a, WeightTensor weight, Tensor q, Axis t, Expr tokens)
    {
        var query = b.Temp("absorbed", tokens, s.Heads, s.KeyDim);
        var h = new Axis("h", s.Heads);
        var c = new Axis("c", a.KvLoraRank);
        var d = new Axis("d", a.QkNopeHeadDim);
        var e = new Axis("e", a.QkRopeHeadDim);
        var absorb = b.Sum("Absorb", query[t, h, c], q[t, h, d] * weight.Value(null, h.Index * (a.QkNopeHeadDim + a.VHeadDim) + d, c), [h, t, c], [d]);
        var rope = b.Map("CopyRope", query[t, h, a.KvLoraRank + e.Index], q[t, h, a.QkNopeHeadDim + e.Index], h, t, e);
        return (query, absorb, rope);
    }

    private static (List<Stage> Join, Map Joined, Axis Head, Axis Part, Reduce? Expand, Map? Store) JoinParts(KernelBuilder b, AttentionShape s, LatentAttentionSpec? latent, WeightTensor? weight,
        Axis t, Expr splits, Parts p, Tensor o)
    {
        var h = new Axis("head", s.Heads);
        Axis Splits(string name) => new(name, splits, null, Limits.MaxSplits);
        Axis s0 = Splits("s"), s1 = Splits("part"), s2 = Splits("summand"), s3 = Splits("slice");
        var most = b.Temp("most", t, h);
        var share = b.Temp("share", Limits.MaxSplits);
        var total = b.Temp("total", t, h);
        var c = new Axis("column", s.ValueDim);
        var stages = new List<Stage>
        {
            b.Max("Most", most[t, h], p.Maximum[t, h, s0], [h, t], s0),
            b.Map("Share", share[s1], Expr.Exp(p.Maximum[t, h, s1] - most[t, h]), h, t, s1),
            b.Sum("Total", total[t, h], share[s2] * p.Total[t, h, s2], [h, t], [s2]),
        };
        if (latent is null)
        {
            var plain = b.Temp("mixed", t, h, c);
            stages.Add(b.Sum("Mix", plain[t, h, c], share[s3] * p.Sum[t, h, s3, c], [h, t, c], [s3]));
            var d = new Axis("d", s.ValueDim);
            return (stages, b.Map("Store", o[t, h, d], plain[t, h, d] / total[t, h], h, t, d), h, s3, null, null);
        }

        var mixed = b.Temp("mixed", t, h, s.ValueDim);
        stages.Add(b.Sum("Mix", mixed[t, h, c], share[s3] * p.Sum[t, h, s3, c], [h, t, c], [s3]));
        var k = new Axis("k", s.ValueDim);
        var v = new Axis("v", latent.VHeadDim);
        var context = b.Temp("latentContext", k);
        var sums = b.Temp("valueSum", t, h, v);
        Expr row = h.Index * (latent.QkNopeHeadDim + latent.VHeadDim) + latent.QkNopeHeadDim + v;
        var joined = b.Map("Joined", context[k], mixed[t, h, k] / total[t, h] * weight!.StagedFactor, h, t, k);
        var expand = b.Sum("Expand", sums[t, h, v], context[k] * weight.Code(null, row, k), [h, t, v], [k], weight.Scale(null, row, k));
        return (stages, joined, h, s3, expand, b.Map("StoreValue", o[t, h, v], sums[t, h, v], h, t, v));
    }

    /// <summary>The fold over cache pages of one part of the context.</summary>
    private sealed class Parts
    {
        private readonly KernelBuilder _b;
        private readonly AttentionShape _s;
        private readonly Axis _t;
        private readonly Expr _position;
        private readonly Tensor _pages;

        public Parts(KernelBuilder b, AttentionShape s, Axis t, Expr tokens, Expr position, Expr splits, Tensor pages)
        {
            (_b, _s, _t, _position, _pages) = (b, s, t, position, pages);
            Maximum = b.Temp("partMaximum", tokens, s.Heads, splits);
            Total = b.Temp("partTotal", tokens, s.Heads, splits);
            Sum = b.Temp("partSum", tokens, s.Heads, splits, s.ValueDim);
            Group = new Axis("group", s.Groups);
            Head = new Axis("h", s.HeadsPerGroup);
            Part = new Axis("part", splits, null, Limits.MaxSplits);
            Expr all = (position + t.Index) / Limits.PageTokens + 1;
            Expr first = Part.Index * all / splits;
            Page = b.Fold(new Axis("page", (Part.Index + 1) * all / splits - first, first));
        }

        public Tensor Maximum { get; }

        public Tensor Total { get; }

        public Tensor Sum { get; }

        public Axis Group { get; }

        public Axis Head { get; }

        public Axis Part { get; }

        public Axis Page { get; }

        public (List<Stage> Start, Reduce Score, List<Stage> Softmax, Reduce Values, Map Keep, List<Stage> Finish) Define(Tensor query)
        {
            var (b, s, t) = (_b, _s, _t);
            Expr head = Group.Index * s.HeadsPerGroup + Head;
            var maximum = b.Temp("maximum", Head);
            var newMaximum = b.Temp("newMaximum", Head);
            var total = b.Temp("total_", Head);
            var fade = b.Temp("fade", Head);
            var score = b.Temp("score", Head, Limits.PageTokens);
            Axis v0 = new("v", s.ValueDim), v1 = new("value", s.ValueDim), v2 = new("out", s.ValueDim);
            var mix = b.Temp("mix", Head, s.ValueDim);
            Axis Keys(string name) => new(name, Expr.Min(Limits.PageTokens, _position + t.Index + 1 - Page.Index * Limits.PageTokens), null, Limits.PageTokens);
            Axis j0 = Keys("j"), j1 = Keys("key"), j2 = Keys("weight_"), j3 = Keys("summand_"), j4 = Keys("row");
            var d = new Axis("d", s.KeyDim);
            Axis[] outer = [t, Group, Head, Part];
            var start = new List<Stage>
            {
                b.Map("StartMaximum", maximum[Head], Limits.Lowest, t, Group, Part, Head),
                b.Map("StartTotal", total[Head], 0.0, t, Group, Part, Head),
                b.Map("StartMix", mix[Head, v0], 0.0, t, Group, Part, Head, v0),
            };
            var scores = b.Sum("Score", score[Head, j0], query[t, head, d] * _pages[Page, j0, s.KeyAt + Group.Index * s.KeyDim + d], [t, Group, Part, Page, Head, j0], [d]);
            var highest = b.Temp("highest", Head);
            var softmax = new List<Stage>
            {
                b.Max("Highest", highest[Head], score[Head, j1], [t, Group, Part, Page, Head], j1),
                b.Map("NewMaximum", newMaximum[Head], Expr.Max(maximum[Head], highest[Head] * s.Scale), t, Group, Part, Page, Head),
                b.Map("Fade", fade[Head], Expr.Exp(maximum[Head] - newMaximum[Head]), t, Group, Part, Page, Head),
                b.Map("Weight", score[Head, j2], Expr.Exp(score[Head, j2] * s.Scale - newMaximum[Head]), t, Group, Part, Page, Head, j2),
                b.Sum("Total", total[Head], score[Head, j3], [t, Group, Part, Page, Head], [j3], null, total[Head] * fade[Head]),
            };
            var values = b.Sum("Values", mix[Head, v1], score[Head, j4] * _pages[Page, j4, s.ValueAt + Group.Index * s.ValueDim + v1], [t, Group, Part, Page, Head, v1], [j4],
                null, mix[Head, v1] * fade[Head]);
            var keep = b.Map("KeepMaximum", maximum[Head], newMaximum[Head], t, Group, Part, Page, Head);
            var finish = new List<Stage>
            {
                b.Map("PartMaximum", Maximum[t, head, Part], maximum[Head], t, Group, Part, Head),
                b.Map("PartTotal", Total[t, head, Part], total[Head], t, Group, Part, Head),
                b.Map("PartSum", Sum[t, head, Part, v2], mix[Head, v2], t, Group, Part, Head, v2),
            };
            return (start, scores, softmax, values, keep, finish);
        }
    }
}
