namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>A constant. Integers are exact in the double.</summary>
public sealed record Const(double Value, ScalarKind Type) : Expr
{
    public static readonly Const Zero = new(0, ScalarKind.I32);

    public static readonly Const One = new(1, ScalarKind.I32);

    public override ScalarKind Kind => Type;

    public static Const Int(long value) => value switch { 0 => Zero, 1 => One, _ => new Const(value, ScalarKind.I32) };
}
