namespace DeepSeekCompiler.Generators.Loops;

/// <summary>A statement of the loop level.</summary>
public abstract record Stmt;
