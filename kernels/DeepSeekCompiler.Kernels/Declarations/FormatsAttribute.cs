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

    /// <summary>The KV cache: float32, bfloat16, or for latent attention E4M3 (latents with a scale for every 128 numbers, rope keys in bfloat16) or, on the host alone, I16 (whole numbers
    /// with a scale for a row, an even latent rank), which is the fastest at long contexts there.</summary>
    public StorageFormat Cache { get; set; }

    /// <summary>Whether prompts keep more of an activation's fraction, as decode does: on the host float32 instead of whole numbers of 13 bits with a scale for 128 of them, on CUDA's matrix
    /// units 16 bits instead of 8. False unless said; slower.</summary>
    public bool SplitActivations { get; set; }
}
