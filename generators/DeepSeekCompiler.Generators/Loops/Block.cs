using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Statements in order. Compared by reference of the list.</summary>
public sealed record Block(IReadOnlyList<Stmt> Body) : Stmt;
