using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Tensors;

/// <summary>The current value of an axis.</summary>
public sealed record AxisIndex(Axis Axis) : Expr
{
    public override ScalarKind Kind => ScalarKind.I32;
}
