namespace DeepSeekCompiler.Generators.Loops;

/// <summary>A line for the reader of the generated code.</summary>
public sealed record Comment(string Text) : Stmt;
