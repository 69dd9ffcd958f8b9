namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>The products of the halves of two words (see <see cref="Pair"/>), low with low and high with high, added to <paramref name="Sum"/>.</summary>
public sealed record PairDot(Expr A, Expr B, Expr Sum) : Expr
{
    public override ScalarKind Kind => ScalarKind.I32;

    public override int Lanes => Sum.Lanes;
}
