namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>A pure expression. Tensor level and loop level share the scalar nodes; reads and loads are their own.</summary>
public abstract record Expr
{
    public abstract ScalarKind Kind { get; }

    /// <summary>Vector lanes of the value; 1 for a scalar.</summary>
    public virtual int Lanes => 1;

    public static Expr operator +(Expr a, Expr b) => Fold.Binary(BinaryOp.Add, a, b);

    public static Expr operator -(Expr a, Expr b) => Fold.Binary(BinaryOp.Sub, a, b);

    public static Expr operator *(Expr a, Expr b) => Fold.Binary(BinaryOp.Mul, a, b);

    public static Expr operator /(Expr a, Expr b) => Fold.Binary(BinaryOp.Div, a, b);

    public static Expr operator %(Expr a, Expr b) => Fold.Binary(BinaryOp.Mod, a, b);

    public static implicit operator Expr(int value) => Const.Int(value);

    public static implicit operator Expr(double value) => new Const(value, ScalarKind.F32);

    public static Expr Min(Expr a, Expr b) => Fold.Binary(BinaryOp.Min, a, b);

    public static Expr Max(Expr a, Expr b) => Fold.Binary(BinaryOp.Max, a, b);

    public static Expr Exp(Expr a) => new Unary(UnaryOp.Exp, a);

    public static Expr Sqrt(Expr a) => new Unary(UnaryOp.Sqrt, a);
}
