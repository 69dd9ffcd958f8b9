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

    /// <summary>Name of the generated class that holds the device program.</summary>
    public string ClassName => "OnDevice" + Threads.ToString(CultureInfo.InvariantCulture);
}
