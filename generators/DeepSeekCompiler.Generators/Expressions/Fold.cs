namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>Constant folding of the smallest kind, at construction: it keeps trees small before any pass runs.</summary>
internal static class Fold
{
    public static Expr Binary(BinaryOp op, Expr a, Expr b)
    {
        if (a is Const x && b is Const y && x.Type == ScalarKind.I32 && y.Type == ScalarKind.I32)
        {
            long l = (long)x.Value, r = (long)y.Value;
            switch (op)
            {
                case BinaryOp.Add: return Const.Int(l + r);
                case BinaryOp.Sub: return Const.Int(l - r);
                case BinaryOp.Mul: return Const.Int(l * r);
                case BinaryOp.Div when r != 0: return Const.Int(l / r);
                case BinaryOp.Mod when r != 0: return Const.Int(l % r);
                case BinaryOp.Min: return Const.Int(l < r ? l : r);
                case BinaryOp.Max: return Const.Int(l > r ? l : r);
            }
        }

        bool integer = a.Kind == ScalarKind.I32;
        switch (op)
        {
            case BinaryOp.Add when IsZero(a): return b;
            case BinaryOp.Add or BinaryOp.Sub when IsZero(b): return a;
            case BinaryOp.Mul when IsOne(a): return b;
            case BinaryOp.Mul or BinaryOp.Div when IsOne(b): return a;
            case BinaryOp.Mul when integer && (IsZero(a) || IsZero(b)): return Const.Zero;
            case BinaryOp.Div or BinaryOp.Mod when integer && IsZero(a): return Const.Zero;
            case BinaryOp.Mod when integer && IsOne(b): return Const.Zero;
            default: return new Binary(op, a, b);
        }
    }

    private static bool IsZero(Expr e) => e is Const { Value: 0 };

    private static bool IsOne(Expr e) => e is Const { Value: 1 };
}
