using System.Globalization;
using DeepSeekCompiler.Generators.Schedules;

namespace DeepSeekCompiler.Generators.Targets.Ilgpu;

/// <summary>A device that runs ILGPU kernels. A worker is a group of threads that are its lanes: 32 or 64 on a GPU (a warp, a wavefront), 1 on a CPU
/// driver, which vectorises inside a thread and hardly across.</summary>
public sealed record DeviceTarget : Machine
{
    /// <param name="threads">Threads of a group.</param>
    public DeviceTarget(int threads)
        : base(threads, 32, threads > 1) => (PacksPanels, DriverLanes) = (true, threads == 1 ? 16 : 1);

    /// <summary>Threads of a group.</summary>
    public int Threads => Lanes;

    /// <summary>Bytes of on-chip memory that one group may use, so that several groups fit where 48 KB is the limit of one.</summary>
    public int SharedBytes => Threads == 1 ? 16384 : 24576;

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
