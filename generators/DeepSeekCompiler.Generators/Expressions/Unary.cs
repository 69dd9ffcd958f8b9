namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>An operation of one operand.</summary>
public sealed record Unary(UnaryOp Op, Expr Operand) : Expr
{
    public override ScalarKind Kind => Operand.Kind;

    public override int Lanes => Operand.Lanes;
}
