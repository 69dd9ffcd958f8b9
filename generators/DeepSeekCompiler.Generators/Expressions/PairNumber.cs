namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>One of the two whole numbers of a word (see <see cref="Pair"/>).</summary>
public sealed record PairNumber(Expr Word, bool High) : Expr
{
    public override ScalarKind Kind => ScalarKind.I32;

    public override int Lanes => Word.Lanes;
}
