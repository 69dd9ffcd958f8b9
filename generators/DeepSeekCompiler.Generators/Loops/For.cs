using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>A loop over [Begin, End) by steps of one.</summary>
public sealed record For(Var Variable, Expr Begin, Expr End, LoopKind Kind, Stmt Body) : Stmt;
