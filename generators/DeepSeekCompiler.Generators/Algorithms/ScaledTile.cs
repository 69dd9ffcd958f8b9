using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>E4M3 numbers that share a float32 scale (DeepSeek-V3 report, section 3.3.2): scale = largest magnitude / 448, number = E4M3(value / scale), both divisions in float32.</summary>
internal static class ScaledTile
{
    /// <summary>The scale of numbers whose largest magnitude is <paramref name="most"/>; 1 where they are all 0.</summary>
    public static Expr Scale(Expr most) => new Select(new Binary(BinaryOp.Less, 0.0, most), most / 448.0, 1.0);

    /// <summary>The stages that find the scales of rows, 1x128.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="name">Stages of the numbers, of their largest magnitudes and of the scales; what they make has the same names.</param>
    /// <param name="row">The rows.</param>
    /// <param name="column">Their numbers.</param>
    /// <param name="value">A number.</param>
    /// <param name="stages">Receives the stages.</param>
    /// <returns>[row, column] numbers and [row, tile of 128] scales.</returns>
    public static (Tensor Numbers, Tensor Scales) Rows(KernelBuilder b, (string Numbers, string Most, string Scales) name, Axis row, Axis column, Expr value, List<Stage> stages)
    {
        const int block = FormatSpec.Block;
        int columns = column.Max, blocks = FormatSpec.Blocks(columns);
        var numbers = b.Temp(Lower(name.Numbers), row, columns);
        var scales = b.Temp(Lower(name.Scales), row, blocks);
        var most = b.Temp(Lower(name.Most), row, blocks);
        Axis g = new("g", blocks), scaled = new("g", blocks);
        var i = new Axis("i", columns % block == 0 ? block : Expr.Min(block, columns - g.Index * block), null, block);
        stages.Add(b.Map(name.Numbers, numbers[row, column], value, row, column));
        stages.Add(b.Max(name.Most, most[row, g], new Unary(UnaryOp.Abs, numbers[row, g.Index * block + i]), [row, g], i));
        stages.Add(b.Map(name.Scales, scales[row, scaled], Scale(most[row, scaled]), row, scaled));
        return (numbers, scales);
    }

    private static string Lower(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);

    /// <summary>The E4M3 number nearest to <paramref name="ratio"/>, ties to even, as a float.</summary>
    public static Expr Round(Expr ratio) => new Unary(UnaryOp.RoundE4M3, ratio);
}
