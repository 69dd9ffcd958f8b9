namespace DeepSeekCompiler.Runtime.Gpu.Devices;

/// <summary>Kinds of devices that a model's device programs are printed for.</summary>
public enum DeviceVariant
{
    /// <summary>OpenCL drivers for CPUs: one thread a group.</summary>
    Cpu,

    /// <summary>GPUs whose threads run in step by 32, without matrix instructions.</summary>
    Warp32,

    /// <summary>GPUs whose threads run in step by 64, without matrix instructions.</summary>
    Wave64,

    /// <summary>NVIDIA sm_80 and later: bfloat16 matrix instructions. OpenCL devices emulate them, for tests.</summary>
    Sm80,

    /// <summary>NVIDIA sm_89 and later: FP8 matrix instructions too. OpenCL devices emulate them, for tests.</summary>
    Sm89,

    /// <summary>NVIDIA sm_90a (Hopper): warpgroup matrix instructions and the copy engine. No other device runs these programs.</summary>
    Sm90,
}
