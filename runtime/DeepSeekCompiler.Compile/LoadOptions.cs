using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Compile;

/// <summary>How a checkpoint folder is compiled and loaded.</summary>
public sealed record LoadOptions
{
    /// <summary>Vector width in bits (512, 256, 128; 0 for scalar); null for what the processor has (or DSC_VECTOR says).</summary>
    public int? VectorWidth { get; init; }

    /// <summary>Overrides the policy for FP8 checkpoints, which config.json does not say; null for weight-only.</summary>
    public Generators.Spec.Fp8Policy? Fp8 { get; init; }

    /// <summary>Format of the KV cache: F32 or BF16.</summary>
    public NumberFormat Cache { get; init; } = NumberFormat.F32;

    /// <summary>Where the model runs: <c>host</c>, <c>opencl:N</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "host";

    /// <summary>Whether products of many tokens keep activations near float32: on the host as they are, else as whole numbers of 13 bits with a scale for a block; with matrix
    /// instructions as two bfloat16 terms, else rounded to bfloat16.</summary>
    public bool SplitActivations { get; init; }

    /// <summary>Overrides the kind of device program (an OpenCL device emulates matrix instructions, for tests); null for the device's own.</summary>
    public Runtime.Gpu.Devices.DeviceVariant? Variant { get; init; }

    /// <summary>Told (bytes done, bytes in all) while weights are copied to a device.</summary>
    public Action<long, long>? Upload { get; init; }

    /// <summary>Told where code is compiled that is in no cache, before it is.</summary>
    public Action? Compiling { get; init; }

    /// <summary>Measured choices for schedules; null for the compiler's own.</summary>
    public TuningFile? Tuning { get; init; }

    /// <summary>Threads; 0 for all processors.</summary>
    public int Threads { get; init; }
}
