namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>One of two values; both are computed.</summary>
public sealed record Select(Expr Condition, Expr Then, Expr Else) : Expr
{
    public override ScalarKind Kind => Then.Kind;

    public override int Lanes => Then.Lanes;
}
