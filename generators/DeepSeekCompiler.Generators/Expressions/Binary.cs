namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>An operation of two operands of the same kind and lanes.</summary>
public sealed record Binary(BinaryOp Op, Expr Left, Expr Right) : Expr
{
    public override ScalarKind Kind => Op is BinaryOp.Less or BinaryOp.LessEqual or BinaryOp.Equal or BinaryOp.And ? ScalarKind.Bool : Left.Kind;

    public override int Lanes => Left.Lanes;
}
