namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>Two numbers, each the nearest whole one (ties to even, magnitude below 2^15), as the halves of a word, <paramref name="Low"/> in the lower.</summary>
public sealed record Pair(Expr Low, Expr High) : Expr
{
    public override ScalarKind Kind => ScalarKind.I32;

    public override int Lanes => Low.Lanes;
}
