namespace DeepSeekCompiler.Generators.Loops;

/// <summary>All lanes of a worker wait here, and see what the others stored before. Only targets whose lanes are threads have any.</summary>
public sealed record Barrier : Stmt;
