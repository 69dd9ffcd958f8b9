namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>A loop variable, a parameter or a let-bound value.</summary>
/// <param name="Name">Unique within its function.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Bound">For integers that are never negative: a number they stay below; 0 when unknown.</param>
/// <param name="Width">Vector lanes.</param>
public sealed record Var(string Name, ScalarKind Type, int Bound = 0, int Width = 1) : Expr
{
    public override ScalarKind Kind => Type;

    public override int Lanes => Width;
}
