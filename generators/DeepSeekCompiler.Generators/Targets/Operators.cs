using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Targets;

/// <summary>C# operators: symbol and precedence (0 and, 1 comparison, 2 sum, 3 product).</summary>
internal static class Operators
{
    public static (string Symbol, int Precedence) Of(BinaryOp op) => op switch
    {
        BinaryOp.And => ("&&", 0),
        BinaryOp.Less => ("<", 1),
        BinaryOp.LessEqual => ("<=", 1),
        BinaryOp.Equal => ("==", 1),
        BinaryOp.Add => ("+", 2),
        BinaryOp.Sub => ("-", 2),
        BinaryOp.Mul => ("*", 3),
        BinaryOp.Div => ("/", 3),
        _ => ("%", 3),
    };
}
