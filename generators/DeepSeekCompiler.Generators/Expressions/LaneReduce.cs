namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>The sum or maximum over the lanes of a vector.</summary>
public sealed record LaneReduce(ReduceOp Op, Expr Operand) : Expr
{
    public override ScalarKind Kind => Operand.Kind;
}
