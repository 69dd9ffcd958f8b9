using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler;

/// <summary>How weights and cache are stored. Without it: bfloat16 weights, float32 bias and cache.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FormatsAttribute : Attribute
{
    /// <summary>Matrices of attention and feed-forward blocks. For <see cref="StorageFormat.E4M3"/> say <see cref="Fp8Attribute"/> instead.</summary>
    public StorageFormat Linear { get; set; }

    /// <summary>Embedding, norms, router weights and eh_proj.</summary>
    public StorageFormat Other { get; set; }

    /// <summary>The heads, E4M3 included; as <see cref="Other"/> where it is not given. An FP8 head halves the bytes of what is often the largest matrix of a step.</summary>
    public StorageFormat Head { get; set; }

    /// <summary>The correction bias of the router; float32 or bfloat16.</summary>
    public StorageFormat Bias { get; set; }

    /// <summary>The KV cache: float32, bfloat16 or E4M3.</summary>
    public StorageFormat Cache { get; set; }
}
