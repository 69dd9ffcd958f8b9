using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Reads every <paramref name="Step"/>-th 32-bit number (a float32, or a word of narrow numbers) from <paramref name="First"/> on, counted from element Index.
/// The Step * Width numbers from Index on can all be read.</summary>
public sealed record LoadEvery(Buffer Source, Expr Index, Expr? Table, int Width, int Step, int First) : Expr
{
    public override ScalarKind Kind => Source.Format == NumberFormat.F32 ? ScalarKind.F32 : ScalarKind.I32;

    public override int Lanes => Width;
}
