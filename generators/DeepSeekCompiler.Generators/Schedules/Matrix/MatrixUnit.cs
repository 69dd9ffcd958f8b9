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

    /// <summary>Tiles of 64x128 rows of 32 bytes besides, bfloat16 or E4M3, multiplied by four warps out of shared memory (wgmma, sm_90a).</summary>
    Warpgroup = 90,
}
