namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>Operations of two operands. Div and Mod of integers are those of non-negative numbers; Largest is that of <see cref="ReduceOp"/>.</summary>
public enum BinaryOp { Add, Sub, Mul, Div, Mod, Min, Max, Largest, Less, LessEqual, Equal, And }
