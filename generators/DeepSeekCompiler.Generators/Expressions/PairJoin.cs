namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>A word of the same half of two words (see <see cref="Pair"/>), that of <paramref name="A"/> in the lower.</summary>
public sealed record PairJoin(Expr A, Expr B, bool High) : Expr
{
    public override ScalarKind Kind => ScalarKind.I32;

    public override int Lanes => A.Lanes;
}
