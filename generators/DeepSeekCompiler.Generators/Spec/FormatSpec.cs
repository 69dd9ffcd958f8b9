namespace DeepSeekCompiler.Generators.Spec;

/// <summary>Whether activations in front of FP8 weights are quantised too.</summary>
public enum Fp8Policy { WeightOnly, Full }

/// <summary>The storage formats of a model.</summary>
public sealed record FormatSpec
{
    private readonly NumberFormat? _head;

    /// <summary>Matrices of attention and feed-forward blocks (q, kv, o, gate, up, down), the ones FP8 checkpoints quantise.</summary>
    public required NumberFormat Linear { get; init; }

    /// <summary>Embedding, norms, router weights and eh_proj.</summary>
    public required NumberFormat Other { get; init; }

    /// <summary>The heads; as <see cref="Other"/> unless said.</summary>
    public NumberFormat Head { get => _head ?? Other; init => _head = value; }

    /// <summary>The correction bias of the router; float32 as published.</summary>
    public NumberFormat Bias { get; init; } = NumberFormat.F32;

    /// <summary>The KV cache.</summary>
    public NumberFormat Cache { get; init; } = NumberFormat.F32;

    public Fp8Policy Fp8 { get; init; } = Fp8Policy.WeightOnly;

    /// <summary>
    /// The checkpoint's <c>scale_fmt</c> is ue8m0: its quantisers round scales up to powers of two. Weights read the same either way;
    /// quantised activations (<see cref="Fp8Policy.Full"/>) would not, so the two together are refused.
    /// </summary>
    public bool PowerOfTwoScales { get; init; }

    /// <summary>Whether products of many tokens keep activations near float32: as two bfloat16 terms (16 bits of fraction) in front of matrix instructions, at twice the multiplications,
    /// and as they are on the host; else they are rounded to bfloat16 there, as is usual on such devices, and are whole numbers of 13 bits with a scale for a block here.</summary>
    public bool SplitActivations { get; init; }

    /// <summary>Rows and columns of an FP8 scale block; the only size the published checkpoints and these kernels use.</summary>
    public const int Block = 128;

    /// <summary>Scale blocks along an extent.</summary>
    public static int Blocks(int extent) => (extent + Block - 1) / Block;

    /// <summary>Bytes of a row of an I16 cache: two to a number, and the scales of the latent and of the rope key.</summary>
    public static int FixedRowBytes(int latent, int rope) => 2 * (latent + rope) + 8;

    /// <summary>Bytes of a row of an E4M3 cache: codes of the latent, its scales, and a bfloat16 rope key.</summary>
    public static int LatentRowBytes(int latent, int rope) => latent + 4 * Blocks(latent) + 2 * rope;
}
