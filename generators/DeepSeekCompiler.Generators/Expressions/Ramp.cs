namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>Start, Start + 1, ... over the lanes; what a vector loop's variable becomes inside arithmetic.</summary>
public sealed record Ramp(Expr Start, int Width) : Expr
{
    public override ScalarKind Kind => ScalarKind.I32;

    public override int Lanes => Width;
}
