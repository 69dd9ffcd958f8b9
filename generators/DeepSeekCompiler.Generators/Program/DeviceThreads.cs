using System;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Threads of a group that device programs are printed for.</summary>
[Flags]
public enum DeviceThreads
{
    None = 0,

    /// <summary>OpenCL drivers for CPUs.</summary>
    One = 1,

    /// <summary>GPUs whose threads run in step by 32.</summary>
    Warp32 = 32,

    /// <summary>GPUs whose threads run in step by 64.</summary>
    Wave64 = 64,
}
