namespace DeepSeekCompiler.Generators.Schedules;

/// <summary>Matrix instructions of a device, each kind with those before it.</summary>
public enum MatrixUnit
{
    /// <summary>None that the compiler knows.</summary>
    None = 0,

    /// <summary>bfloat16 tiles of 16x8x16 (mma.sync, NVIDIA sm_80 and later).</summary>
    Bfloat16 = 80,

    /// <summary>E4M3 tiles of 16x8x32 besides (mma.sync, sm_89 and later).</summary>
    Fp8 = 89,
}
