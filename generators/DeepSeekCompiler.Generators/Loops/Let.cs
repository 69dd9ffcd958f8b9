using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Names a value for the rest of the enclosing block.</summary>
public sealed record Let(Var Variable, Expr Value) : Stmt;
