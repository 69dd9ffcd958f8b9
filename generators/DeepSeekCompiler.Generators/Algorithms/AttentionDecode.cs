using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Attention over the cache alone, split over the context: every part keeps its own maximum, sum and weighted values (online softmax,
/// Milakov and Gimelshein 2018), and a last phase joins them. For latent attention the queries are absorbed first (q W_UK) and the joined
/// latent is expanded last (W_UV): DeepSeek-V2 report, section 2.1.2.</summary>
internal sealed class AttentionDecode
{
    private readonly LatentAttentionSpec? _latent;

    private AttentionDecode(AttentionShape shape, LatentAttentionSpec? latent)
    {
        Shape = shape;
        _latent = latent;
    }

    public TensorKernel Kernel { get; private set; } = null!;

    public AttentionShape Shape { get; }

    public Axis Token { get; private set; } = null!;

    /// <summary>The query in cache coordinates, its axes (head, latent column); null without absorption.</summary>
    public Reduce? Absorb { get; private set; }

    /// <summary>Whether matrix instructions absorb, which take codes as they are stored: their scale is the sum's.</summary>
    public bool AbsorbsOnMatrixUnit { get; private set; }

    /// <summary>Brings the scale to an absorbed query whose weight rows have one; null where the weights have none or change it within a head.</summary>
    public Map? ScaleQuery { get; private set; }

    public Map? CopyRope { get; private set; }

    /// <summary>Both up projections of the latent; null without absorption.</summary>
    public WeightTensor? Weight { get; private set; }

    public DecodeStages Parts { get; private set; } = null!;

    /// <summary>Stages that join the parts of a head.</summary>
    public IReadOnlyList<Stage> Join { get; private set; } = [];

    public Map Joined { get; private set; } = null!;

    /// <summary>What rounding left of <see cref="Joined"/> where that is one of two bfloat16 terms; else null.</summary>
    public Map? JoinedRest { get; private set; }

    public Axis JoinHead { get; private set; } = null!;

    public Axis JoinPart { get; private set; } = null!;

    /// <summary>The value up projection; null without absorption, and where it is <see cref="Expansion"/>.</summary>
    public Reduce? Expand { get; private set; }

    public Map? StoreExpanded { get; private set; }

    /// <summary>The value up projection on matrix instructions.</summary>
    public Product? Expansion { get; private set; }

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
    /// <param name="unit">Which of the products with weights matrix instructions take.</param>
    public static AttentionDecode Define(string name, AttentionShape s, LatentAttentionSpec? latent, NumberFormat format, bool across = false, (bool Absorbs, bool Expands) unit = default)
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
        if (latent is not null) (query, absorb, scale, rope) = AbsorbQuery(b, s, latent, weight!, q, t, tokens, across, unit.Absorbs);
        var parts = across ? DecodeAcross.Define(b, s, t, context, query) : DecodeParts.Define(b, s, t, context, query);
        var attention = new AttentionDecode(s, latent) { Token = t, Absorb = absorb, AbsorbsOnMatrixUnit = unit.Absorbs, ScaleQuery = scale, CopyRope = rope, Weight = weight, Parts = parts };
        attention.JoinParts(b, tokens, splits, context, o, unit.Expands);
        // A query attends to all tokens in front of it and to itself.
        b.Cost.Work((long)s.Heads * (s.KeyDim + s.ValueDim) * (2 * Amount.Position * Amount.Tokens + Amount.Tokens * Amount.Tokens + Amount.Tokens));
        b.Cost.Move((long)s.RowBytes * (Amount.Position + Amount.Tokens) + 4L * s.Heads * (width + valueWidth) * Amount.Tokens);
        if (weight is not null) b.Cost.Product(weight, Amount.Tokens);
        attention.Kernel = b.Build();
        return attention;
    }

    // Weight rows of a head, keys' in front.
    private static int RowsOf(LatentAttentionSpec a) => a.QkNopeHeadDim + a.VHeadDim;

    private static (Tensor Query, Reduce Absorb, Map? Scale, Map Rope) AbsorbQuery(KernelBuilder b, AttentionShape s, LatentAttentionSpec a, WeightTensor weight, Tensor q, Axis t, Expr tokens, bool across, bool unit)
    {
        // Scores of bfloat16 keys on matrix instructions round queries in any case.
        var query = b.Temp("absorbed", unit && s.Cache == NumberFormat.BF16 ? NumberFormat.BF16 : NumberFormat.F32, tokens, s.Heads, s.KeyDim);
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
        else if (unit)
        {
            absorb = b.Sum("Absorb", query[t, h, c], q[t, h, d] * weight.Code(null, first + d, c), [h, t, c], [d], weight.BlockScale(null, first + d, c));
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

    private void JoinParts(KernelBuilder b, Expr tokens, Expr splits, DecodeContext p, Tensor o, bool unit)
    {
        Axis t = Token, h = new("head", Shape.Heads);
        Axis Splits(string name) => new(name, splits, null, Limits.MaxSplits);
        Axis s0 = Splits("s"), s1 = Splits("part"), s2 = Splits("summand"), s3 = Splits("slice");
        var most = b.Temp("most", t, h);
        var share = b.Temp("share", Limits.MaxSplits);
        var total = b.Temp("total", t, h);
        var c = new Axis("column", Shape.ValueDim);
        var mixed = _latent is null ? b.Temp("mixed", t, h, c) : b.Temp("mixed", t, h, Shape.ValueDim);
        (JoinHead, JoinPart) = (h, s3);
        Join =
        [
            b.Max("Most", most[t, h], p.Maximum[t, h, s0], [h, t], s0),
            b.Map("Share", share[s1], Expr.Exp(p.Maximum[t, h, s1] - most[t, h]), h, t, s1),
            b.Sum("Total", total[t, h], share[s2] * p.Total[t, h, s2], [h, t], [s2]),
            b.Sum("Mix", mixed[t, h, c], share[s3] * p.Sum[t, h, s3, c], [h, t, c], [s3]),
        ];
        if (_latent is null)
        {
            var d = new Axis("d", Shape.ValueDim);
            Joined = b.Map("Store", o[t, h, d], mixed[t, h, d] / total[t, h], h, t, d);
            return;
        }

        Axis k = new("k", Shape.ValueDim), v = new("v", _latent.VHeadDim);
        if (unit)
        {
            ExpandOnMatrixUnit(b, tokens, k, v, mixed[t, h, k] / total[t, h], o);
            return;
        }

        Expr row = h.Index * RowsOf(_latent) + _latent.QkNopeHeadDim + v;
        var context = b.Temp("latentContext", t, h, k);
        var sums = b.Temp("valueSum", t, h, v);
        Joined = b.Map("Joined", context[t, h, k], mixed[t, h, k] / total[t, h] * Weight!.StagedFactor, h, t, k);
        Expand = b.Sum("Expand", sums[t, h, v], context[t, h, k] * Weight.Code(null, row, k), [h, t, v], [k], Weight.Scale(null, row, k));
        StoreExpanded = b.Map("StoreValue", o[t, h, v], sums[t, h, v], h, t, v);
    }

    private void ExpandOnMatrixUnit(KernelBuilder b, Expr tokens, Axis k, Axis v, Expr answer, Tensor o)
    {
        Axis t = Token, h = JoinHead, head = new("h", Shape.Heads);
        var (rows, first, rest) = ActivationRows.InTwoTerms(b, t, tokens * Shape.Heads, k, t.Index * Shape.Heads + h, answer, h, t, k);
        (Joined, JoinedRest) = (first, rest);
        Expansion = new Product(b, "Expand", rows, t, t.Index * Shape.Heads + head, Weight!, null, MatrixForm.TensorStreaming, [head, v], [], head.Index * RowsOf(_latent!) + _latent!.QkNopeHeadDim + v);
        Expansion.Epilogue.Add(b.Map("StoreValue", o[t, head, v], Expansion.Sum, head, v, t));
    }
}
