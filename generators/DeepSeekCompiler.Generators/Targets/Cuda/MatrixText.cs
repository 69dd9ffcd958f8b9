using System.Collections.Generic;
using System.Globalization;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>What the printers of products for matrix instructions share: names, addresses in pieces of 16 bytes, and declarations.</summary>
internal sealed class MatrixText(ProductPoints points, ProductTile tile, CodeWriter writer)
{
    public static readonly string[] Words = ["X", "Y", "Z", "W"];

    public ProductPoints Points { get; } = points;

    public ProductTile Tile { get; } = tile;

    public CodeWriter Writer { get; } = writer;

    public int Columns { get; } = points.First.Column.Max;

    /// <summary>Whether weights are E4M3 codes, with block scales.</summary>
    public bool Codes { get; } = points.First.Weight.Format == NumberFormat.E4M3;

    /// <summary>Whether activations are E4M3 codes too.</summary>
    public bool ActivationCodes { get; } = points.First.Rows.Rows.Format == NumberFormat.E4M3;

    public bool Scaled => Points.WeightScale(Points.First) is not null;

    public int Terms => Points.First.Rows.Term?.Max ?? 1;

    /// <summary>16-byte pieces of a weight row.</summary>
    public int WeightPieces => Columns * Points.First.Weight.Format.Bytes() / 16;

    /// <summary>16-byte pieces of one term of an activation row.</summary>
    public int ActivationPieces => Columns * (ActivationCodes ? 1 : 2) / 16;

    /// <summary>Whether both operands are multiplied as E4M3.</summary>
    public bool Fp8 => ActivationCodes && Tile.Unit >= MatrixUnit.Fp8;

    public string Name => Points.First.Name;

    /// <summary>Name of a product's weight.</summary>
    public string Weight(Product product) => product.Weight.Codes.Name;

    /// <summary>Where the row of point <paramref name="p"/> starts in its weight, in pieces.</summary>
    public string WeightAt(string p)
    {
        Expr row = Rename(Points.WeightRow, Points.Point, p);
        if (Points.Expert is { } expert) row = expert * Points.First.Weight.Codes.Dims[1].Size + row;
        return DeviceExpressions.Print(Affine.Simplify(row * WeightPieces));
    }

    /// <summary>The row of point <paramref name="p"/> in its weight, or in the table of the experts' weights.</summary>
    public string WeightRow(string p)
    {
        Expr row = Rename(Points.WeightRow, Points.Point, p);
        if (Points.Expert is { } expert) row = expert * Points.First.Weight.Codes.Dims[1].Size + row;
        return DeviceExpressions.Print(Affine.Simplify(row));
    }

    /// <summary>Where the activation row of token <paramref name="t"/> starts, in pieces; or of point <paramref name="p"/> as well, whose neighbours have the same.</summary>
    public string ActivationAt(string t, string p = "p") =>
        DeviceExpressions.Print(Affine.Simplify(Rename(Rename(Points.ActivationRow, ProductPoints.Token, t), Points.Point, p) * (Terms * ActivationPieces)));

    /// <summary>A weight's block scale at a point and a block of columns.</summary>
    public string WeightScale(Product product, string p, string block = "block") => Scale(Rename(Points.WeightScale(product)!, ProductPoints.ColumnBlock, block), Points.Point, p, product);

    /// <summary>An activation's block scale at a token and a block of columns.</summary>
    public string ActivationScale(string t, string block = "block") =>
        DeviceExpressions.Print(Rename(Rename(Points.ActivationScale!, ProductPoints.ColumnBlock, block), ProductPoints.Token, t));

    /// <summary>Local names for the arguments that the given expressions read.</summary>
    public void Declare(params Expr?[] used)
    {
        var buffers = new List<Buffer>();
        foreach (var e in used)
        {
            if (e is not null) BufferUse.Collect(e, buffers);
        }

        foreach (var buffer in buffers) Writer.Line($"var {buffer.Name} = given.{buffer.Name};");
    }

    public void Declare(IReadOnlyList<Var> scalars, params Expr[] used)
    {
        foreach (var scalar in scalars)
        {
            foreach (var e in used)
            {
                if (!Walk.Uses(e, scalar)) continue;
                Writer.Line($"int {scalar.Name} = given.{scalar.Name};");
                break;
            }
        }

        Declare(used);
    }

    /// <summary>Activations and weights as pieces of 16 bytes.</summary>
    public void DeclarePieces()
    {
        Writer.Line("var activations = given.rows.Cast<Words4>();");
        foreach (var product in Points.Chain) Writer.Line($"var {Weight(product)}Pieces = given.{Weight(product)}.Cast<Words4>();");
    }

    /// <summary>Expressions that addresses and scales are made of.</summary>
    public Expr?[] Addresses()
    {
        var all = new List<Expr?> { Points.ActivationRow, Points.Expert, Points.ActivationScale };
        foreach (var product in Points.Chain) all.Add(Points.WeightScale(product));
        return all.ToArray();
    }

    /// <summary>Parameters that name the work item: which expert, where there are several.</summary>
    public string Item => Points.Choice is null ? "" : "int a, ";

    public string ItemArgument => Points.Choice is null ? "" : "a, ";

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static Expr Rename(Expr e, Var variable, string name) => Rename(e, variable, new Var(name, ScalarKind.I32, variable.Bound));

    private static Expr Rename(Expr e, Var variable, Var name) => e is Var v && v.Name == variable.Name ? name : Walk.Rebuild(e, x => Rename(x, variable, name));

    // A table's entries are contiguous: the printer of device expressions names the distance by a local constant.
    private string Scale(Expr e, Var variable, string name, Product product)
    {
        var renamed = Rename(e, variable, name);
        if (renamed is not Load { Table: { } table } load) return DeviceExpressions.Print(renamed);
        var scales = product.Weight.Scales!;
        Expr entry = scales.Dims[1].Size * scales.Dims[2].Size;
        return $"{load.Source.Name}[{DeviceExpressions.Print(Affine.Simplify(table * entry + load.Index))}]";
    }
}
