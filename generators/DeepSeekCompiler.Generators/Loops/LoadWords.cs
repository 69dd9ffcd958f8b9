using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Reads 32-bit words that each hold several narrow numbers (two BF16 or F16, four E4M3): Width words in a row from element Index on.</summary>
public sealed record LoadWords(Buffer Source, Expr Index, Expr? Table, int Width) : Expr
{
    public override ScalarKind Kind => ScalarKind.I32;

    public override int Lanes => Width;
}
