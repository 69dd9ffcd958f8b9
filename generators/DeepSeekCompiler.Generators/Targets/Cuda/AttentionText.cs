using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules.Matrix;
using DeepSeekCompiler.Generators.Targets.Ilgpu;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Names and numbers in the text of decode attention.</summary>
internal static class AttentionText
{
    public static IEnumerable<int> HeadTiles(AttentionTile tile) => Enumerable.Range(0, tile.HeadTiles);

    public static string Mix(int m, int j) => $"mix{N(m)}_{N(j)}";

    public static string Score(int m, int n) => $"score{N(m)}_{N(n)}";

    public static string Code(Expr e) => DeviceExpressions.Print(e);

    public static string Float(double value) => ((float)value).ToString("R", CultureInfo.InvariantCulture) + "f";

    public static string Over(int value) => value == 1 ? "" : " / " + N(value);

    public static string Plus(int value) => value == 0 ? "" : " + " + N(value);

    /// <summary>Local names for the integers of a launch that the given expressions read.</summary>
    public static void DeclareScalars(CodeWriter w, AttentionFunction function, params Expr[] used)
    {
        foreach (var scalar in function.Scalars)
        {
            if (Array.Exists(used, e => Walk.Uses(e, scalar))) w.Line($"int {scalar.Name} = given.{scalar.Name};");
        }
    }

    /// <summary>An address in pieces of some numbers: all that it is made of are multiples of them.</summary>
    public static Expr Pieces(Expr index, int numbers)
    {
        var affine = Affine.Of(index);
        Expr sum = (int)affine.Constant / numbers;
        foreach (var (term, factor) in affine.Terms) sum += term * (int)(factor / numbers);
        return Affine.Simplify(sum);
    }

    public static string N(long value) => MatrixText.Number(value);
}
