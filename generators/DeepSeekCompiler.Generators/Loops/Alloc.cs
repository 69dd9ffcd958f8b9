namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Opens a scratch or register buffer for the rest of the enclosing block. Its contents are undefined.</summary>
public sealed record Alloc(Buffer Target) : Stmt;
