using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Rotary embedding of interleaved pairs: (a, b) becomes (a cos - b sin, a sin + b cos). The table is [position, pair, (cos, sin)].</summary>
internal static class Rope
{
    public static Tensor Table(KernelBuilder b, int ropeDim) => b.Input("rope", NumberFormat.F32, 1, ropeDim / 2, 2);

    public static Expr First(Tensor rope, Expr position, Expr pair, Expr a, Expr b) => a * rope[position, pair, 0] - b * rope[position, pair, 1];

    public static Expr Second(Tensor rope, Expr position, Expr pair, Expr a, Expr b) => a * rope[position, pair, 1] + b * rope[position, pair, 0];
}
