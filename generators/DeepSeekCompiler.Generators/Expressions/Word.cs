namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>The 32-bit word of two narrow numbers, <paramref name="Number"/> the first (a read).</summary>
public sealed record Word(Expr Number) : Expr
{
    public override ScalarKind Kind => ScalarKind.I32;
}
