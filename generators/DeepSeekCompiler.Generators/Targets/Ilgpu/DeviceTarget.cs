using System.Globalization;
using DeepSeekCompiler.Generators.Schedules;

namespace DeepSeekCompiler.Generators.Targets.Ilgpu;

/// <summary>A device that runs ILGPU kernels. A worker is a group of threads that are its lanes: 32 or 64 on a GPU (a warp, a wavefront), 1 on a CPU
/// driver, which vectorises inside a thread and hardly across.</summary>
/// <param name="Threads">Threads of a group.</param>
public sealed record DeviceTarget(int Threads) : Machine(Threads, 32, Threads > 1)
{
    /// <summary>Bytes of on-chip memory that one group may use, so that several groups fit where 48 KB is the limit of one.</summary>
    public int SharedBytes => Threads == 1 ? 16384 : 24576;

    /// <inheritdoc/>
    public override string TuningTarget => Matrix != MatrixUnit.None ? CudaTuning + "sm" + ((int)Matrix).ToString(CultureInfo.InvariantCulture)
        : PortableTuning + (Threads switch { 1 => "cpu", 64 => "wave64", _ => "warp32" });

    /// <summary>The same device with groups of another number of threads.</summary>
    public DeviceTarget Of(int threads) => this with { Threads = threads, Lanes = threads };

    /// <summary>What it is, for a reader of generated code.</summary>
    public string Description => Matrix switch
    {
        MatrixUnit.None => $"a device, in groups of {Threads.ToString(CultureInfo.InvariantCulture)}",
        MatrixUnit.Bfloat16 => "NVIDIA devices with bfloat16 matrix instructions (sm_80 and later)",
        MatrixUnit.Warpgroup => "NVIDIA devices with warpgroup matrix instructions (sm_90a)",
        _ => "NVIDIA devices with FP8 matrix instructions (sm_89 and later)",
    };

    /// <summary>Name of the generated class that holds the device program.</summary>
    public string ClassName => Matrix == MatrixUnit.None ? "OnDevice" + Threads.ToString(CultureInfo.InvariantCulture) : "OnSm" + ((int)Matrix).ToString(CultureInfo.InvariantCulture);
}
