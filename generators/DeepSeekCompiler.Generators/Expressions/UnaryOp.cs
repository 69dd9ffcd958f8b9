namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>Operations of one operand.</summary>
public enum UnaryOp
{
    Neg,
    Abs,
    Exp,
    Sqrt,

    /// <summary>The nearest E4M3 value, ties to even, saturated at 448, as a float.</summary>
    RoundE4M3,

    /// <summary>The nearest bfloat16 value, ties to even, as a float.</summary>
    RoundBF16,
}
