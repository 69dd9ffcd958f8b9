using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Where a segment's keys and values lie, and how they come there.</summary>
internal sealed class FlashSegmentParts(KernelBuilder b, AttentionShape s, LatentAttentionSpec? latent, WeightTensor? weight, Tensor pages, MatrixForm form, Expr segment, Expr context)
{
    private Tensor? _keys;
    private Tensor? _values;

    /// <summary>The segment's latents; null without one.</summary>
    public ActivationRows? Rows { get; private set; }

    /// <summary>The up projection as bfloat16 numbers, where instructions take nothing else; null where they take it as it is stored.</summary>
    public ActivationRows? Decoded { get; private set; }

    /// <summary>Their products with the up projection (DeepSeek-V2 report, equations 42 to 45), rounded to bfloat16.</summary>
    public IReadOnlyList<Product> Expansions { get; private set; } = [];

    // Of the segment.
    private Expr FirstToken => segment * Limits.SegmentTokens;

    public void Expand()
    {
        var a = latent!;
        int width = a.QkNopeHeadDim + a.VHeadDim;
        // Room for the longest segment, so that it is the same for all of them.
        Expr most = Expr.Min(Limits.SegmentTokens, context);
        var t = new Axis("t", Expr.Min(Limits.SegmentTokens, context - FirstToken), null, Limits.SegmentTokens);
        var keys = b.Temp("keys", NumberFormat.BF16, most, s.Heads, a.QkNopeHeadDim);
        var values = b.Temp("values", NumberFormat.BF16, most, s.Heads, a.VHeadDim);
        (_keys, _values) = (keys, values);
        var rows = ActivationRows.Rounded(b, t, most, a.KvLoraRank, (r, k) => pages[segment * (Limits.SegmentTokens / Limits.PageTokens) + r.Index / Limits.PageTokens, r.Index % Limits.PageTokens, k]);
        var factor = weight!;
        if (form.IsWarpgroup() && factor.Scales is not null)
        {
            // There is no instruction that multiplies codes with bfloat16 numbers; decoding takes little beside products with thousands of latents.
            Decoded = ActivationRows.Rounded(b, new("u", factor.Rows), factor.Rows, factor.Columns, (r, k) => weight!.Value(null, r, k), "up");
            factor = WeightTensor.Decoded(Decoded.Rows, factor.Rows, factor.Columns);
        }

        Product Part(string name, int count, int at, Tensor target)
        {
            Axis h = new("h", s.Heads), d = new("d", count);
            var product = new Product(b, name, rows, factor, form, [h, d], [], h.Index * width + at + d);
            product.Epilogue.Add(b.Map("Store" + name, target[t, h, d], product.Sum, h, d, t));
            return product;
        }

        (Rows, Expansions) = (rows, [Part("Keys", a.QkNopeHeadDim, 0, keys), Part("Values", a.VHeadDim, a.QkNopeHeadDim, values)]);
    }

    /// <summary>A number of a key without its rope part.</summary>
    public Expr Key(Axis h, Axis page, Axis j, Axis d) =>
        _keys is { } keys ? keys[Place(page, j), h, d] : pages[page, j, s.KeyAt + h.Index / s.HeadsPerGroup * s.KeyDim + d];

    public Expr Value(Axis h, Axis page, Axis j, Axis v) =>
        _values is { } values ? values[Place(page, j), h, v] : pages[page, j, s.ValueAt + h.Index / s.HeadsPerGroup * s.ValueDim + v];

    private Expr Place(Axis page, Axis j) => page.Index * Limits.PageTokens + j - FirstToken;
}
