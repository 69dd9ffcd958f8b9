namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>Operations of two operands. Div and Mod of integers are those of non-negative numbers.</summary>
public enum BinaryOp { Add, Sub, Mul, Div, Mod, Min, Max, Less, LessEqual, Equal, And }
