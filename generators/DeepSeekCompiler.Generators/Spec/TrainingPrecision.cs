namespace DeepSeekCompiler.Generators.Spec;

/// <summary>The operands of the trained projections' products; in the order of the declaration's enumeration of that name.</summary>
public enum TrainingPrecision
{
    /// <summary>As they are.</summary>
    Float32,

    /// <summary>Rounded to bfloat16.</summary>
    BFloat16,

    /// <summary>E4M3 numbers with a float32 scale a tile.</summary>
    Fp8,
}
