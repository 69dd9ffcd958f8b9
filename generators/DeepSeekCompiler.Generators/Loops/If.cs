using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Runs the body when the condition holds.</summary>
public sealed record If(Expr Condition, Stmt Then) : Stmt;
