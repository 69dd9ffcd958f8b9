namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>How a reduction combines.</summary>
public enum ReduceOp { Sum, Max }
