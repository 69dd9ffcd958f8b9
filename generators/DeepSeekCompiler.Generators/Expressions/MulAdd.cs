namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>a * b + c, fused where the machine fuses.</summary>
public sealed record MulAdd(Expr A, Expr B, Expr C) : Expr
{
    public override ScalarKind Kind => ScalarKind.F32;

    public override int Lanes => C.Lanes;
}
