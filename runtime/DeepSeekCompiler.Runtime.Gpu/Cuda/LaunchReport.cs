using System.Globalization;

namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>How a model's kernels came to run on a CUDA device, for diagnostics.</summary>
public sealed class LaunchReport
{
    /// <summary>Kernels that ILGPU compiled in this process.</summary>
    public int Compiled { get; internal set; }

    /// <summary>Kernels whose machine code came from the disk cache.</summary>
    public int Cached { get; internal set; }

    /// <summary>Steps that were recorded as graphs.</summary>
    public int Recorded { get; internal set; }

    /// <summary>Steps that were replayed.</summary>
    public int Replayed { get; internal set; }

    /// <summary>Why steps are not recorded, as a sentence; null while they are.</summary>
    public string? Refusal { get; internal set; } = Environment.GetEnvironmentVariable("DSC_GRAPHS") == "0" ? "DSC_GRAPHS=0 turns recording off." : null;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Compiled} kernels compiled, {Cached} from the cache; {Recorded} steps recorded, {Replayed} replayed{(Refusal is null ? "" : "; not recording: " + Refusal)}");
}
