namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>The sums over the lanes of four vectors, side by side.</summary>
public sealed record LaneSums(Expr A, Expr B, Expr C, Expr D) : Expr
{
    public override ScalarKind Kind => A.Kind;

    public override int Lanes => 4;
}
