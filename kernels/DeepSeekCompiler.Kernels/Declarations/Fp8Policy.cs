namespace DeepSeekCompiler;

/// <summary>What FP8 weights mean for activations.</summary>
public enum Fp8Policy
{
    /// <summary>Activations stay float; weights are decoded on the fly.</summary>
    WeightOnly,

    /// <summary>Activations in front of FP8 weights are quantised per row and 128 columns.</summary>
    Full,
}
