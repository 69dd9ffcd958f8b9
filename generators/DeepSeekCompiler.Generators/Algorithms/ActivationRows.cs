using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>What stands in front of a product: the rows of x, normalised (RMSNorm folded into the projection that follows) and quantised where declared.</summary>
/// <remarks>Norm: x * (mean(x^2) + eps)^-1/2 * g. Quantised rows are 1x128: scale = amax / 448 (1 where amax is 0), code = E4M3(x / scale); what is
/// multiplied is code * scale (DeepSeek-V3 report, section 3.3).</remarks>
internal sealed class ActivationRows
{
    private ActivationRows(Axis token, Axis row, Axis column, Tensor rows, List<Stage> stages)
    {
        Token = token;
        Row = row;
        Column = column;
        Rows = rows;
        Stages = stages;
    }

    private ActivationRows(Axis token, Axis row, Axis column, Axis? term, Tensor rows, Tensor? scales, List<Stage> stages)
        : this(token, row, column, rows, stages) => (Term, Scales) = (term, scales);

    /// <summary>The rows as the products run over them.</summary>
    public Axis Token { get; }

    /// <summary>The rows as <see cref="Stages"/> run over them: the same, but cut on their own.</summary>
    public Axis Row { get; }

    /// <summary>The reduced axis of the product.</summary>
    public Axis Column { get; }

    /// <summary>For rows that are the sum of several bfloat16 terms, the axis over them, which is reduced too; else null.</summary>
    public Axis? Term { get; }

    /// <summary>What the product reads, [tokens, columns] or [tokens, terms, columns].</summary>
    public Tensor Rows { get; }

    /// <summary>For rows that stay E4M3 codes, their scales [tokens, blocks of 128], and for those that are whole numbers in pairs theirs, [tokens, blocks]; else null.</summary>
    public Tensor? Scales { get; }

    /// <summary>For rows of whole numbers, columns that share a scale; else 0.</summary>
    public int Block { get; private init; }

    /// <summary>The stages that make <see cref="Rows"/>; empty when the product reads x itself.</summary>
    public List<Stage> Stages { get; }

    /// <summary>The row of <see cref="Scales"/> where rows were gathered and their scales were not; else null.</summary>
    public Expr? ScaleRow { get; private init; }

    /// <summary>The rows that are gathered; these where products read them as they are.</summary>
    public ActivationRows Source { get => field ?? this; private init; }

    /// <summary>The stage that gathers <see cref="Source"/> by slot; null where products read the rows as they are.</summary>
    public Map? Pack { get; private init; }

    /// <param name="b">The kernel.</param>
    /// <param name="x">[tokens, columns].</param>
    /// <param name="token">Rows.</param>
    /// <param name="columns">Width.</param>
    /// <param name="norm">Weight and epsilon of the norm, or null.</param>
    /// <param name="quantize">Policy full in front of FP8 weights.</param>
    /// <param name="form">Streaming stages the rows even when nothing changes them, for their order in memory; matrix instructions, for their format.</param>
    /// <param name="matrix">The matrix that they meet (see <see cref="WeightTensor.StagedFactor"/>).</param>
    /// <param name="source">The row of x that a row is made of, where it is not the row of the same number.</param>
    /// <param name="gathered">Products read the rows by slot (see <see cref="Gathered"/>).</param>
    public static ActivationRows Of(KernelBuilder b, Tensor x, Axis token, int columns, (Tensor Weight, double Eps)? norm, bool quantize, MatrixForm form, WeightTensor matrix, Func<Axis, Expr>? source = null, bool gathered = false)
    {
        var k = new Axis("k", columns);
        var row = new Axis("r", token.Extent, null, token.Max);
        var stages = new List<Stage>();
        if (norm is null && !quantize && (form.IsPanel() || (form == MatrixForm.Packed && gathered))) return new(token, row, k, x, stages);
        Expr value = x[source?.Invoke(row) ?? row, k];
        if (norm is var (weight, eps))
        {
            var squares = b.Temp("squares", row);
            var inverse = b.Temp("inverse", row);
            var n = new Axis("n", columns);
            stages.Add(b.Sum("Squares", squares[row], x[row, n] * x[row, n], [row], [n]));
            stages.Add(b.Map("Inverse", inverse[row], 1.0 / Expr.Sqrt(squares[row] / (double)columns + eps), row));
            value = x[row, k] * inverse[row] * weight[k];
        }

        if (form.IsTensor()) return quantize ? Codes(b, value, token, row, k, stages) : Terms(b, value, token, row, k, form.Terms(), stages);
        if (quantize)
        {
            var (ratio, scale) = Quantized(b, value, row, k, stages);
            value = ScaledTile.Round(ratio) * scale[row, k.Index / FormatSpec.Block];
        }

        if (form == MatrixForm.PackedFixed)
        {
            int block = FixedPoint.BlockOf(columns, matrix.Format);
            var (codes, pair, scales) = FixedPoint.Rows(b, value, row, k, block, stages);
            return new(token, row, pair, null, codes, scales, stages) { Block = block };
        }

        if (form.MeetsCodes() && matrix.StagedFactor != 1) value *= matrix.StagedFactor;
        var rows = b.Temp("rows", row, k);
        stages.Add(b.Map("Rows", rows[row, k], value, row, k));
        return new(token, row, k, rows, stages);
    }

    /// <summary>Rows that are one bfloat16 term each, whatever they are made of.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="token">Rows.</param>
    /// <param name="most">The most there ever are: room for them.</param>
    /// <param name="columns">Width.</param>
    /// <param name="value">A number by row and column.</param>
    /// <param name="name">What the rows are called.</param>
    public static ActivationRows Rounded(KernelBuilder b, Axis token, Expr most, int columns, Func<Axis, Axis, Expr> value, string name = "rows")
    {
        Axis k = new("k", columns), row = new("r", token.Extent, null, token.Max);
        var rows = b.Temp(name, NumberFormat.BF16, most, k);
        return new(token, row, k, rows, [b.Map(char.ToUpperInvariant(name[0]) + name.Substring(1), rows[row, k], value(row, k), row, k)]);
    }

    /// <summary>Rows that are two bfloat16 terms each, made by another part of the kernel.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="token">Axis over the products' rows.</param>
    /// <param name="count">Rows there are.</param>
    /// <param name="k">The reduced axis.</param>
    /// <param name="row">The row of a number.</param>
    /// <param name="value">The number.</param>
    /// <param name="axes">What it runs over.</param>
    public static (ActivationRows Rows, Map First, Map Second) InTwoTerms(KernelBuilder b, Axis token, Expr count, Axis k, Expr row, Expr value, params Axis[] axes)
    {
        var rows = b.Temp("rows", NumberFormat.BF16, count, 2, k);
        var first = b.Map("Rows", rows[row, 0, k], value, axes);
        var second = b.Map("Rest", rows[row, 1, k], value - rows[row, 0, k], axes);
        return (new(token, token, k, new Axis("term", 2), rows, null, []), first, second);
    }

    /// <summary>The rows that the slots of an expert multiply, side by side: packed as they are gathered. Rows of other forms are gathered where they are read.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="form">How they are multiplied.</param>
    /// <param name="expert">Axis over experts.</param>
    /// <param name="slot">Axis over an expert's slots.</param>
    /// <param name="slots">All slots.</param>
    /// <param name="at">The row of a slot.</param>
    public ActivationRows Gathered(KernelBuilder b, MatrixForm form, Axis expert, Axis slot, Expr slots, Expr at)
    {
        if (!form.IsPacked()) return this;
        var packed = b.Temp("packed", Rows.Format, slots, Column);
        return new(slot, slot, Column, null, packed, Scales, []) { Source = this, Block = Block, ScaleRow = at, Pack = b.Map("Pack", packed[slot, Column], At(at), expert, slot, Column) };
    }

    /// <summary>An activation as a product multiplies it, without its scale.</summary>
    /// <param name="row">Which row.</param>
    public Expr At(Expr row) => Term is null ? Rows[row, Column] : Rows[row, Term, Column];

    // The first term is the number rounded, the second what the rounding left.
    private static ActivationRows Terms(KernelBuilder b, Expr value, Axis token, Axis row, Axis k, int terms, List<Stage> stages)
    {
        if (terms == 1)
        {
            var rounded = b.Temp("rows", NumberFormat.BF16, row, k);
            stages.Add(b.Map("Rows", rounded[row, k], value, row, k));
            return new(token, row, k, rounded, stages);
        }

        var rows = b.Temp("rows", NumberFormat.BF16, row, 2, k);
        stages.Add(b.Map("Rows", rows[row, 0, k], value, row, k));
        stages.Add(b.Map("Rest", rows[row, 1, k], value - rows[row, 0, k], row, k));
        return new(token, row, k, new Axis("term", 2), rows, null, stages);
    }

    private static ActivationRows Codes(KernelBuilder b, Expr value, Axis token, Axis row, Axis k, List<Stage> stages)
    {
        var (ratio, scale) = Quantized(b, value, row, k, stages);
        var rows = b.Temp("rows", NumberFormat.E4M3, row, k);
        stages.Add(b.Map("Rows", rows[row, k], ratio, row, k));
        return new(token, row, k, null, rows, scale, stages);
    }

    private static (Expr Ratio, Tensor Scale) Quantized(KernelBuilder b, Expr value, Axis row, Axis k, List<Stage> stages)
    {
        var (numbers, scales) = ScaledTile.Rows(b, ("Plain", "Most", "RowScale"), row, k, value, stages);
        return (numbers[row, k] / scales[row, k.Index / FormatSpec.Block], scales);
    }
}
