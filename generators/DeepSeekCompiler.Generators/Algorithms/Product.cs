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
        var column = rows.Column;
        var x = rows.At(at);
        (Rows, At, Expert, Row) = (rows, at, expert, row);
        Name = name;
        Token = token;
        Column = column;
        Weight = weight;
        TileAxes = tileAxes;
        Unrolled = unrolled;
        var all = new List<Axis>(tileAxes);
        all.AddRange(unrolled);
        var sumDims = new List<Dim> { token };
        var panelDims = new List<Dim>();
        foreach (var axis in tileAxes) { sumDims.Add(axis); panelDims.Add(axis); }
        foreach (var axis in unrolled) { sumDims.Add(axis.Max); panelDims.Add(axis.Max); }
        Sums = b.Temp(name + "Sum", sumDims.ToArray());
        var point = new List<Expr> { token };
        foreach (var axis in all) point.Add(axis);
        var free = new List<Axis>(all) { token };
        if (form.IsTensor())
        {
            // Codes are multiplied as stored; the scales of both sides apply to the sum of a block.
            var block = weight.BlockScale(expert, row, column);
            if (rows.Scales is { } s) block = s[at, column.Index / FormatSpec.Block] * block!;
            Dot = b.Sum(name, Sums[point.ToArray()], x * weight.Code(expert, row, column), free.ToArray(), rows.Term is null ? [column] : [rows.Term, column], block);
        }
        else if (form == MatrixForm.PackedFixed)
        {
            panelDims.Insert(0, column);
            var panel = b.Temp(name + "Panel", NumberFormat.I32, panelDims.ToArray());
            var index = new List<Expr> { column };
            foreach (var axis in all) index.Add(axis);
            Whole = FixedPoint.Weights(b, name, weight, expert, row, all, column);
            Decode = b.Map("Decode" + name, panel[index.ToArray()], Whole.Pair, [.. all, column]);
            Start = b.Map("Start" + name, Sums[point.ToArray()], 0.0, free.ToArray());
            Expr both = rows.Scales![rows.ScaleRow ?? at, column.Index / (rows.Block / 2)] * Whole.Scale;
            Dot = b.Sum(name, Sums[point.ToArray()], new PairDot(x, panel[index.ToArray()], Const.Zero), free.ToArray(), [column], both, Sums[point.ToArray()]);
        }
        else if (form is MatrixForm.Packed or MatrixForm.PanelAcross)
        {
            panelDims.Insert(0, column);
            var panel = b.Temp(name + "Panel", panelDims.ToArray());
            var index = new List<Expr> { column };
            foreach (var axis in all) index.Add(axis);
            var axes = new List<Axis>(all) { column };
            Decode = b.Map("Decode" + name, panel[index.ToArray()], weight.Value(expert, row, column), axes.ToArray());
            Dot = b.Sum(name, Sums[point.ToArray()], x * panel[index.ToArray()], free.ToArray(), [column], scale);
        }
        else if (form == MatrixForm.Panel && weight.Format != NumberFormat.F32)
        {
            panelDims.Add(column);
            var panel = b.Temp(name + "Panel", panelDims.ToArray());
            var index = new List<Expr>();
            foreach (var axis in all) index.Add(axis);
            index.Add(column);
            var axes = new List<Axis>(all) { column };
            Decode = b.Map("Decode" + name, panel[index.ToArray()], weight.Value(expert, row, column), axes.ToArray());
            Dot = b.Sum(name, Sums[point.ToArray()], x * panel[index.ToArray()], free.ToArray(), [column]);
        }
        else if (form == MatrixForm.Tiled && weight.BlockScale(expert, row, column) is { } block)
        {
            var scaled = b.Temp(name + "Rows", [token, .. tileAxes.Select(axis => (Dim)axis), column]);
            Expr[] index = [token, .. tileAxes.Select(axis => (Expr)axis), column];
            Scaled = b.Map("Scale" + name, scaled[index], x * block, [.. free, column]);
            Dot = b.Sum(name, Sums[point.ToArray()], scaled[index] * weight.Code(expert, row, column), free.ToArray(), [column], Dequantize.HalfBias);
        }
        else
        {
            Dot = b.Sum(name, Sums[point.ToArray()], x * weight.Code(expert, row, column), free.ToArray(), [column], weight.Scale(expert, row, column));
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
    public Read Sum
    {
        get
        {
            var at = new List<Expr> { Token };
            foreach (var axis in TileAxes) at.Add(axis);
            foreach (var axis in Unrolled) at.Add(axis);
            return Sums[at.ToArray()];
        }
    }
}
