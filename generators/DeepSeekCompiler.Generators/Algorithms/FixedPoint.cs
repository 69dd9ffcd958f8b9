using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Numbers as whole ones with a scale for a block of a row: scale = largest magnitude / 3584, code = the nearest whole number to value / scale. Products of codes
/// are summed exactly in 32 bits and scaled behind every block, so that two 16-bit codes share a lane and a processor multiplies twice as many at once as float32 numbers.</summary>
/// <remarks>A code is off by half a unit at most, 2^-12.8 of the largest of its block; bfloat16, in which models are trained, rounds a number by up to 2^-9 of itself.</remarks>
internal static class FixedPoint
{
    /// <summary>The largest code: a block's sum stays below 128 * 3584^2 &lt; 2^31, and E4M3 numbers, whose largest is 448, are codes exactly from 1 on (times 8).</summary>
    public const int Largest = 8 * E4M3Largest;

    private const int E4M3Largest = 448;

    /// <summary>Rows of the widest vector.</summary>
    private const int Lanes = 16;

    /// <summary>Columns that share a scale: 128 or a part of that which cuts a row of so many evenly into whole words of the widest vector; 0 where there is none.</summary>
    /// <param name="columns">Of a row.</param>
    /// <param name="weight">Format of what activations are multiplied with.</param>
    public static int BlockOf(int columns, NumberFormat weight)
    {
        int words = Lanes * Loops.Passes.Vectorize.PerWord(weight);
        for (int block = FormatSpec.Block; block >= words; block -= words)
        {
            if (columns % block == 0 && (weight != NumberFormat.E4M3 || FormatSpec.Block % block == 0)) return block;
        }

        return 0;
    }

    /// <summary>Whether whole numbers stand for all factors of a product: float32 weights keep more bits.</summary>
    public static bool Fits(Product first)
    {
        for (var product = first; product is not null; product = product.Partner)
        {
            if (product.Weight.Format == NumberFormat.F32 || BlockOf(product.Column.Max, product.Weight.Format) == 0 || !SharesScales(product)) return false;
        }

        return true;
    }

    // The sums of a vector of rows are multiplied with one scale. E4M3 weights bring scales of their own, which rows share where all that is added to the row within a tile
    // is whole vectors: not where heads of another width begin anywhere.
    private static bool SharesScales(Product product)
    {
        var row = Affine.Of(product.Row);
        return product.Weight.Format != NumberFormat.E4M3 || (row.Constant % Lanes == 0 && row.Terms.Count(t => t.Factor % Lanes != 0) <= 1);
    }

    /// <summary>Rows of activations as pairs of codes.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="value">A number by row and <paramref name="k"/>.</param>
    /// <param name="row">The rows.</param>
    /// <param name="k">Their columns.</param>
    /// <param name="block">Columns that share a scale.</param>
    /// <param name="stages">Receives the stages.</param>
    /// <returns>[row, pair], along which axis, and [row, block] scales.</returns>
    public static (Tensor Rows, Axis Pair, Tensor Scales) Rows(KernelBuilder b, Expr value, Axis row, Axis k, int block, List<Stage> stages)
    {
        int columns = k.Max, blocks = columns / block;
        Axis c = new("k", columns / 2), g = new("g", blocks), u = new("g", blocks), i = new("i", block);
        Tensor numbers = b.Temp("numbers", row, columns), largest = b.Temp("largest", row, blocks), scales = b.Temp("scale", row, blocks);
        var rows = b.Temp("rows", NumberFormat.I32, row, c);
        stages.Add(b.Map("Numbers", numbers[row, k], value, row, k));
        stages.Add(b.Largest("Largest", largest[row, g], numbers[row, g.Index * block + i], [row, g], i));
        stages.Add(b.Map("Scale", scales[row, u], ScaleOf(largest[row, u]), row, u));
        Expr scale = scales[row, c.Index / (block / 2)];
        stages.Add(b.Map("Rows", rows[row, c], new Pair(numbers[row, c.Index * 2] / scale, numbers[row, c.Index * 2 + 1] / scale), row, c));
        return (rows, c, scales);
    }

    /// <summary>The scale of a block, 1 where all numbers are 0. Not "where none is larger than 0": where one is no number, neither is the scale.</summary>
    public static Expr ScaleOf(Expr largest) => new Select(new Binary(BinaryOp.Equal, largest, 0.0), 1.0, largest / (double)Largest);

    /// <summary>A weight's codes: stages that find a block's scale where the format brings none, and pairs of codes.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="name">Of the product.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="expert">Of which expert, or null.</param>
    /// <param name="row">Its row.</param>
    /// <param name="axes">What the row runs over.</param>
    /// <param name="pair">Axis over pairs of columns.</param>
    public static FixedWeights Weights(KernelBuilder b, string name, WeightTensor weight, Expr? expert, Expr row, IReadOnlyList<Axis> axes, Axis pair)
    {
        if (weight.BlockScale(expert, row, pair.Index * 2) is { } scale)
        {
            // A code is decoded to its value times 2^-120.
            Expr Number(int side) => weight.Code(expert, row, pair.Index * 2 + side) * (8 * Dequantize.HalfBias * Dequantize.HalfBias);
            return new(new Pair(Number(0), Number(1)), scale / 8.0);
        }

        int block = BlockOf(weight.Columns, weight.Format), half = block / 2;
        Axis[] all = [.. axes, pair];
        Dim[] dims = [.. all.Select(axis => (Dim)axis)];
        Expr[] at = [.. all.Select(axis => (Expr)axis)];
        var i = new Axis("i", block);
        Tensor largest = b.Temp(name + "Largest", dims), factor = b.Temp(name + "Factor", dims), scales = b.Temp(name + "Scale", dims);
        var find = b.Largest("Largest" + name, largest[at], weight.Code(expert, row, pair.Index / half * block + i), all, i);
        // The same for all pairs of a block.
        Expr most = largest[[.. axes.Select(axis => (Expr)axis), pair.Index / half * half]];
        Map[] scaling =
        [
            b.Map("Factor" + name, factor[at], new Select(new Binary(BinaryOp.Less, 0.0, most), (double)Largest / most, 0.0), all),
            b.Map("Scale" + name, scales[at], most / (double)Largest, all),
        ];
        Expr Code(int side) => weight.Code(expert, row, pair.Index * 2 + side) * factor[at];
        return new(new Pair(Code(0), Code(1)), scales[at]) { Largest = find, Scaling = scaling };
    }
}
