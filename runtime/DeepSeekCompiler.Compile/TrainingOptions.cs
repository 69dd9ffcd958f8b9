using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Compile;

/// <summary>How a training pass is compiled and laid out.</summary>
public sealed record TrainingOptions
{
    /// <summary>Most rows of a micro-batch.</summary>
    public required int Batch { get; init; }

    /// <summary>Most tokens of a row.</summary>
    public required int Length { get; init; }

    /// <summary>Where it computes: <c>host</c>, <c>opencl:N</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "host";

    /// <summary>Overrides the kind of device program, for tests; null for the device's own.</summary>
    public DeviceVariant? Variant { get; init; }

    /// <summary>Threads on the host; 0 for all processors.</summary>
    public int Threads { get; init; }

    /// <summary>What the projections multiply; null for what the specification says, which is float32 for a config.json.</summary>
    public TrainingPrecision? Precision { get; init; }

    /// <summary>Vector width in bits (512, 256, 128; 0 for scalar); null for what the processor has (or DSC_VECTOR says).</summary>
    public int? VectorWidth { get; init; }
}
