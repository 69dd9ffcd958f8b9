using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>A contraction of activation rows with some rows of a weight, and what is done with the sums.</summary>
internal sealed class Product
{
    /// <param name="b">The kernel.</param>
    /// <param name="name">A word.</param>
    /// <param name="rows">The activations.</param>
    /// <param name="weight">The matrix.</param>
    /// <param name="form">Streaming or panel.</param>
    /// <param name="tileAxes">Axes over weight rows that are work items and tiles, outermost first; the last one is tiled.</param>
    /// <param name="unrolled">Axes over neighbouring weight rows that always go together (the two of a rope pair).</param>
    /// <param name="row">The weight's row in terms of those axes.</param>
    /// <param name="scale">What a block of the sum is multiplied with, where operands were rounded with scales.</param>
    public Product(KernelBuilder b, string name, ActivationRows rows, WeightTensor weight, MatrixForm form, Axis[] tileAxes, Axis[] unrolled, Expr row, Expr? scale = null)
        : this(b, name, rows, rows.Token, rows.Token, weight, null, form, tileAxes, unrolled, row, scale)
    {
    }

    /// <param name="b">The kernel.</param>
    /// <param name="name">A word.</param>
    /// <param name="rows">The activations.</param>
    /// <param name="token">Axis over the products' rows.</param>
    /// <param name="at">The activation row that it multiplies.</param>
    /// <param name="weight">The matrix, or one an expert.</param>
    /// <param name="expert">Which expert, or null.</param>
    /// <param name="form">How it multiplies.</param>
    /// <param name="tileAxes">Axes over weight rows that are tiled.</param>
    /// <param name="unrolled">Axes that always go together.</param>
    /// <param name="row">The weight's row.</param>
    /// <param name="scale">What a block of the sum is multiplied with, where operands were rounded with scales.</param>
    public Product(KernelBuilder b, string name, ActivationRows rows, Axis token, Expr at, WeightTensor weight, Expr? expert, MatrixForm form, Axis[] tileAxes, Axis[] unrolled, Expr row, Expr? scale = null)
    {
        (Name, Rows, Token, At, Weight, Expert, TileAxes, Unrolled, Row) = (name, rows, token, at, weight, expert, tileAxes, unrolled, row);
        Column = rows.Column;
        Axis[] all = [.. tileAxes, .. unrolled], points = [.. all, token];
        Sums = b.Temp(name + "Sum", [token, .. Dims]);
        Sum = Sums[[token, .. all.Select(axis => (Expr)axis)]];
        var x = rows.At(at);
        var block = weight.BlockScale(expert, row, Column);
        if (form.IsTensor())
        {
            // Codes are multiplied as stored; the scales of both sides apply to the sum of a block.
            if (rows.Scales is { } s) block = s[at, Column.Index / FormatSpec.Block] * block!;
            Dot = b.Sum(name, Sum, x * weight.Code(expert, row, Column), points, rows.Term is null ? [Column] : [rows.Term, Column], block);
        }
        else if (form == MatrixForm.PackedFixed)
        {
            var panel = Panel(b, NumberFormat.I32, across: true);
            Whole = FixedPoint.Weights(b, name, weight, expert, row, all, Column);
            Decode = b.Map("Decode" + name, panel, Whole.Pair, [.. all, Column]);
            Start = b.Map("Start" + name, Sum, 0.0, points);
            Expr both = rows.Scales![rows.ScaleRow ?? at, Column.Index / (rows.Block / 2)] * Whole.Scale;
            Dot = b.Sum(name, Sum, new PairDot(x, panel, Const.Zero), points, [Column], both, Sum);
        }
        else if (form is MatrixForm.Packed or MatrixForm.PanelAcross || (form == MatrixForm.Panel && weight.Format != NumberFormat.F32))
        {
            var panel = Panel(b, NumberFormat.F32, across: form != MatrixForm.Panel);
            Decode = b.Map("Decode" + name, panel, weight.Value(expert, row, Column), [.. all, Column]);
            Dot = b.Sum(name, Sum, x * panel, points, [Column], scale);
        }
        else if (form == MatrixForm.Tiled && block is not null)
        {
            var scaled = b.Temp(name + "Rows", [token, .. tileAxes.Select(axis => (Dim)axis), Column]);
            Expr[] index = [token, .. tileAxes.Select(axis => (Expr)axis), Column];
            Scaled = b.Map("Scale" + name, scaled[index], x * block, [.. points, Column]);
            Dot = b.Sum(name, Sum, scaled[index] * weight.Code(expert, row, Column), points, [Column], Dequantize.HalfBias);
        }
        else
        {
            Dot = b.Sum(name, Sum, x * weight.Code(expert, row, Column), points, [Column], weight.Scale(expert, row, Column));
        }
    }

    public string Name { get; }

    public Axis Token { get; }

    public Axis Column { get; }

    public WeightTensor Weight { get; }

    public ActivationRows Rows { get; }

    /// <summary>The activation row of a point, in terms of <see cref="Token"/>.</summary>
    public Expr At { get; }

    /// <summary>Which matrix of a table, or null.</summary>
    public Expr? Expert { get; }

    /// <summary>The weight's row of a point, in terms of the tile and unrolled axes.</summary>
    public Expr Row { get; }

    public Axis[] TileAxes { get; }

    public Axis[] Unrolled { get; }

    /// <summary>Weight rows that always go together.</summary>
    public int Together => Unrolled.Aggregate(1, (rows, axis) => rows * axis.Max);

    /// <summary>[token, tile axes, unrolled axes].</summary>
    public Tensor Sums { get; }

    /// <summary>The stage that decodes a panel; null when the product reads the weight itself.</summary>
    public Map? Decode { get; }

    /// <summary>The stage that clears <see cref="Sums"/>, to which blocks of whole numbers are added; null for others.</summary>
    public Map? Start { get; }

    /// <summary>The weight as whole numbers; null for others.</summary>
    public FixedWeights? Whole { get; }

    /// <summary>Weight columns of a number of <see cref="Column"/>.</summary>
    public int PerColumn => Rows.Block > 0 ? 2 : 1;

    /// <summary>The stage that multiplies activations with the scales of a block of weight rows, once for all rows of the block; null where sums or weights are scaled.</summary>
    public Map? Scaled { get; }

    public Reduce Dot { get; }

    /// <summary>Epilogue stages read sums of other rows than their own (the two of a rope pair), so a work item holds all rows of the last axis.</summary>
    public bool KeepsRows { get; init; }

    /// <summary>Stages over the same work items that consume the sums, set by the kernel.</summary>
    public List<Map> Epilogue { get; } = new();

    /// <summary>Stages that must run right after this product, in the same tile: a second product of the same rows (up beside gate).</summary>
    public Product? Partner { get; set; }

    /// <summary>The sum of the current point.</summary>
    public Read Sum { get; }

    private IEnumerable<Dim> Dims => [.. TileAxes.Select(axis => (Dim)axis), .. Unrolled.Select(axis => (Dim)axis.Max)];

    // A number of the weight rows that are decoded once: [column, rows] where they stand across, [rows, column] where not.
    private Read Panel(KernelBuilder b, NumberFormat format, bool across)
    {
        var panel = b.Temp(Name + "Panel", format, across ? [Column, .. Dims] : [.. Dims, Column]);
        IEnumerable<Expr> rows = TileAxes.Concat(Unrolled).Select(axis => (Expr)axis);
        return panel[across ? [Column, .. rows] : [.. rows, Column]];
    }
}
