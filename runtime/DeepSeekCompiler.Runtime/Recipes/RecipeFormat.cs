namespace DeepSeekCompiler.Runtime.Recipes;

/// <summary>How the weights of a new checkpoint are stored.</summary>
public enum RecipeFormat
{
    /// <summary>Everything in float32.</summary>
    F32,

    /// <summary>Everything in bfloat16, the correction bias in float32.</summary>
    BF16,

    /// <summary>Linear layers in E4M3 with block scales; embedding, heads, norms, router and eh_proj in bfloat16; the correction bias in float32.</summary>
    Fp8,

    /// <summary>As <see cref="Fp8"/>, the heads in E4M3 as well.</summary>
    Fp8Head,
}
