using System.Collections.Generic;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>Where the weight rows of a product's points lie: in runs of neighbours (all rows, or the part of a head that the product takes).</summary>
/// <param name="Points">Points of the product.</param>
/// <param name="Length">Points of a run.</param>
/// <param name="Grain">Every run starts at a row that is a multiple of this; 0 when there is one run, from row 0 on.</param>
internal sealed record WeightRuns(int Points, int Length, int Grain)
{
    public static WeightRuns Of(Product product)
    {
        var variables = new List<Var>();
        var substitution = new Substitution();
        void Add(Axis axis)
        {
            var variable = new Var("i" + variables.Count, ScalarKind.I32, axis.Max);
            variables.Add(variable);
            substitution.With(axis, variable);
        }

        foreach (var axis in product.TileAxes)
        {
            // The axis over active experts picks the matrix, not the row.
            if (axis.IsStatic) Add(axis);
        }

        foreach (var axis in product.Unrolled) Add(axis);
        var row = Affine.Of(substitution.In(product.Row));
        int length = 1, i = variables.Count - 1;
        for (; i >= 0 && row.FactorOf(variables[i]) == length; i--) length *= variables[i].Bound;
        int grain = (int)row.Constant;
        int points = length;
        for (; i >= 0; i--)
        {
            points *= variables[i].Bound;
            grain = Gcd(grain, (int)(row.FactorOf(variables[i]) ?? 1));
        }

        return new(points, length, grain);
    }

    /// <summary>Rows of the boxes that make a tile of <paramref name="rows"/> points: each lies in one run.</summary>
    public int Box(int rows) => Length >= Points ? rows : Gcd(Length, rows);

    /// <summary>Neighbouring points of a tile that have one block scale.</summary>
    public int OneScale(int rows) => Gcd(Gcd(Box(rows), Grain), FormatSpec.Block);

    private static int Gcd(int a, int b) => (int)Affine.Gcd(a, b);
}
