namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>A scalar in every lane.</summary>
public sealed record Broadcast(Expr Operand, int Width) : Expr
{
    public override ScalarKind Kind => Operand.Kind;

    public override int Lanes => Width;
}
