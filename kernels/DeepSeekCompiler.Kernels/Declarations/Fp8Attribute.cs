namespace DeepSeekCompiler;

/// <summary>Matrices of attention and feed-forward blocks are E4M3 with a float32 scale for every 128x128 block (<c>weight_scale_inv</c>).</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class Fp8Attribute : Attribute
{
    /// <summary>Whether activations in front of FP8 weights are quantised too.</summary>
    public Fp8Policy Policy { get; set; }

    /// <summary>Rows and columns that share one scale; 128, as published, is the only size there are kernels for.</summary>
    public int WeightBlockSize { get; set; }
}
