using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Writes a number, encoded to the buffer's format; with several lanes, that many numbers in a row.</summary>
public sealed record Store(Buffer Target, Expr Index, Expr Value, Expr? Table = null) : Stmt;
