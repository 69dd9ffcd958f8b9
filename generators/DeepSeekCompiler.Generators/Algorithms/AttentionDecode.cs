using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Attention over the cache alone, split over the context: every part keeps its own maximum, sum and weighted values (online softmax,
/// Milakov and Gimelshein 2018), and a last phase joins them. For latent attention the queries are absorbed first (q W_UK) and the joined
/// latent is expanded last (W_UV): DeepSeek-V2 report, section 2.1.2.</summary>
internal sealed class AttentionDecode : IAlgorithm
{
    private readonly LatentAttentionSpec? _latent;

    private AttentionDecode(TensorKernel kernel, AttentionShape shape, LatentAttentionSpec? latent)
    {
        Kernel = kernel;
        Shape = shape;
        _latent = latent;
    }

    public TensorKernel Kernel { get; }

    public AttentionShape Shape { get; }

    public Axis Token { get; private set; } = null!;

    /// <summary>The query in cache coordinates, its axes (head, latent column); null without absorption.</summary>
    public Reduce? Absorb { get; private set; }

    /// <summary>Brings the scale to an absorbed query whose weight rows have one; null where the weights have none or change it within a head.</summary>
    public Map? ScaleQuery { get; private set; }

    public Map? CopyRope { get; private set; }

    /// <summary>Both up projections of the latent; null without absorption.</summary>
    public WeightTensor? Weight { get; private set; }

    public DecodeStages Parts { get; private set; } = null!;

    /// <summary>Stages that join the parts of a head.</summary>
    public IReadOnlyList<Stage> Join { get; private set; } = [];

    public Map Joined { get; private set; } = null!;

    public Axis JoinHead { get; private set; } = null!;

    public Axis JoinPart { get; private set; } = null!;

    /// <summary>The value up projection; null without absorption.</summary>
    public Reduce? Expand { get; private set; }

    public Map? StoreExpanded { get; private set; }

    /// <summary>The weight row of a key's number that comes some rows after <see cref="Absorb"/>'s, behind a head's last the next head's first.</summary>
    public Expr KeyRow(int later)
    {
        var number = Absorb!.Over[0].Index + later;
        return (Absorb.Axes[0].Index + number / _latent!.QkNopeHeadDim) * RowsOf(_latent) + number % _latent.QkNopeHeadDim;
    }

    /// <summary>The same for a value's, after <see cref="Expand"/>'s.</summary>
    public Expr ValueRow(int later)
    {
        var number = Expand!.Axes[2].Index + later;
        return (JoinHead.Index + number / _latent!.VHeadDim) * RowsOf(_latent) + _latent.QkNopeHeadDim + number % _latent.VHeadDim;
    }

    /// <param name="name">Of the kernel.</param>
    /// <param name="s">What attention is like.</param>
    /// <param name="latent">Its specification, where queries are absorbed and answers expanded.</param>
    /// <param name="format">Of the weights.</param>
    /// <param name="across">Vectors run along heads (<see cref="DecodeAcross"/>).</param>
    public static AttentionDecode Define(string name, AttentionShape s, LatentAttentionSpec? latent, NumberFormat format, bool across = false)
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
        var cache = CacheTables.Of(b, s);
        int valueWidth = latent?.VHeadDim ?? s.ValueDim;
        var o = b.Output("o", NumberFormat.F32, tokens, s.Heads, valueWidth);
        var t = new Axis("t", tokens, null, Limits.MaxDeviceChunk);
        var context = new DecodeContext(b, s, t, tokens, position, splits, cache);
        Tensor query = q;
        Reduce? absorb = null;
        Map? scale = null, rope = null;
        if (latent is not null) (query, absorb, scale, rope) = AbsorbQuery(b, s, latent, weight!, q, t, tokens, across);
        var parts = across ? DecodeAcross.Define(b, s, t, context, query) : DecodeParts.Define(b, s, t, context, query);
        var (join, joined, joinHead, joinPart, expand, store) = JoinParts(b, s, latent, weight, t, splits, context, o);
        // A query attends to all tokens in front of it and to itself.
        b.Cost.Work((long)s.Heads * (s.KeyDim + s.ValueDim) * (2 * Amount.Position * Amount.Tokens + Amount.Tokens * Amount.Tokens + Amount.Tokens));
        b.Cost.Move((long)s.RowBytes * (Amount.Position + Amount.Tokens) + 4L * s.Heads * (width + valueWidth) * Amount.Tokens);
        if (weight is not null) b.Cost.Product(weight, Amount.Tokens);
        return new(b.Build(), s, latent)
        {
            Token = t, Absorb = absorb, ScaleQuery = scale, CopyRope = rope, Weight = weight, Parts = parts,
            Join = join, Joined = joined, JoinHead = joinHead, JoinPart = joinPart, Expand = expand, StoreExpanded = store,
        };
    }

    // Weight rows of a head, keys' in front.
    private static int RowsOf(LatentAttentionSpec a) => a.QkNopeHeadDim + a.VHeadDim;

    private static (Tensor Query, Reduce Absorb, Map? Scale, Map Rope) AbsorbQuery(KernelBuilder b, AttentionShape s, LatentAttentionSpec a, WeightTensor weight, Tensor q, Axis t, Expr tokens, bool across)
    {
        var query = b.Temp("absorbed", tokens, s.Heads, s.KeyDim);
        var h = new Axis("h", s.Heads);
        var c = new Axis("c", a.KvLoraRank);
        var d = new Axis("d", a.QkNopeHeadDim);
        var e = new Axis("e", a.QkRopeHeadDim);
        Expr first = h.Index * RowsOf(a);
        Reduce absorb;
        Map? scaled = null;
        if (across && weight.Scales is not null && Whole(a))
        {
            var unscaled = b.Temp("unscaled", t, h, c);
            absorb = b.Sum("Absorb", unscaled[t, h, c], q[t, h, d] * weight.StagedFactor * weight.Code(null, first + d, c), [h, t, c], [d]);
            scaled = b.Map("ScaleQuery", query[t, h, c], unscaled[t, h, c] * weight.Scale(null, first, c)!, h, t, c);
        }
        else
        {
            absorb = b.Sum("Absorb", query[t, h, c], q[t, h, d] * weight.Value(null, first + d, c), [h, t, c], [d]);
        }

        var rope = b.Map("CopyRope", query[t, h, a.KvLoraRank + e.Index], q[t, h, a.QkNopeHeadDim + e.Index], h, t, e);
        return (query, absorb, scaled, rope);
    }

    // Whether the rows of a head's key lie in one scale block.
    private static bool Whole(LatentAttentionSpec a) => FormatSpec.Block % RowsOf(a) == 0 || (RowsOf(a) % FormatSpec.Block == 0 && a.QkNopeHeadDim <= FormatSpec.Block);

    private static (List<Stage> Join, Map Joined, Axis Head, Axis Part, Reduce? Expand, Map? Store) JoinParts(KernelBuilder b, AttentionShape s, LatentAttentionSpec? latent, WeightTensor? weight,
        Axis t, Expr splits, DecodeContext p, Tensor o)
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
        Expr row = h.Index * RowsOf(latent) + latent.QkNopeHeadDim + v;
        var joined = b.Map("Joined", context[k], mixed[t, h, k] / total[t, h] * weight!.StagedFactor, h, t, k);
        var expand = b.Sum("Expand", sums[t, h, v], context[k] * weight.Code(null, row, k), [h, t, v], [k], weight.Scale(null, row, k));
        return (stages, joined, h, s3, expand, b.Map("StoreValue", o[t, h, v], sums[t, h, v], h, t, v));
    }
}
