namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>What a register holds: arithmetic is in float32, indices in 32-bit integers.</summary>
public enum ScalarKind { F32, I32, Bool }
