namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>Integer to float.</summary>
public sealed record Cast(Expr Operand) : Expr
{
    public override ScalarKind Kind => ScalarKind.F32;

    public override int Lanes => Operand.Lanes;
}
