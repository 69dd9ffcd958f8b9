using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>E4M3 numbers that share a float32 scale (DeepSeek-V3 report, section 3.3.2): scale = largest magnitude / 448, number = E4M3(value / scale), both divisions in float32.</summary>
internal static class ScaledTile
{
    /// <summary>The scale of numbers whose largest magnitude is <paramref name="most"/>; 1 where they are all 0.</summary>
    public static Expr Scale(Expr most) => new Select(new Binary(BinaryOp.Less, 0.0, most), most / 448.0, 1.0);

    /// <summary>The E4M3 number nearest to <paramref name="ratio"/>, ties to even, as a float.</summary>
    public static Expr Round(Expr ratio) => new Unary(UnaryOp.RoundE4M3, ratio);
}
