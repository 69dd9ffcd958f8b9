using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Number <paramref name="Sub"/> of every word, decoded to float32 as by <see cref="Load"/>. Of E4M3, the words are the <see cref="CodePairs"/> that have it.</summary>
public sealed record Unpack(Expr Words, NumberFormat Format, int Sub) : Expr
{
    public override ScalarKind Kind => ScalarKind.F32;

    public override int Lanes => Words.Lanes;
}
