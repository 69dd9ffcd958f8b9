namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>The sum or maximum over the lanes of a vector.</summary>
public sealed record LaneReduce(ReduceOp Op, Expr Operand) : Expr
{
    /// <summary>The lanes are the threads of one warp of a CUDA device.</summary>
    public bool InWarp { get; init; }

    public override ScalarKind Kind => Operand.Kind;
}
