namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>How a reduction combines.</summary>
public enum ReduceOp
{
    Sum,

    Max,

    /// <summary>The largest magnitude; no number where one of them is none, which a maximum may pass over.</summary>
    Largest,
}
