using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Asks for the cache line of a place that will be read later. Computes nothing; targets without such a request leave it out.</summary>
/// <param name="Source">What will be read.</param>
/// <param name="Index">Where.</param>
/// <param name="Table">Which pointer of the table, for table buffers; else null. It exists, whatever lies at the index.</param>
public sealed record Prefetch(Buffer Source, Expr Index, Expr? Table) : Stmt;
