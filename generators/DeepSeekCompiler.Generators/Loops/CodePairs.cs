using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>E4M3 codes <paramref name="First"/> and First + 2 of every word of four, 16 bits each: sign, exponent and mantissa stand where a bfloat16 has them. Both parities of
/// a word take five operations together, and a float32 one more each; straight from a byte it takes three.</summary>
public sealed record CodePairs(Expr Words, int First) : Expr
{
    public override ScalarKind Kind => ScalarKind.I32;

    public override int Lanes => Words.Lanes;
}
