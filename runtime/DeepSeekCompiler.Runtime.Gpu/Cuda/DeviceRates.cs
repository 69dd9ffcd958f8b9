namespace DeepSeekCompiler.Runtime.Gpu.Cuda;

/// <summary>Peak rates of a device by its data sheet (dense, without sparsity; float32 accumulation), for the roofline bound.</summary>
/// <param name="Name">The device.</param>
/// <param name="Architecture">Its architecture.</param>
/// <param name="Float32">TFLOPS of float32 outside matrix units.</param>
/// <param name="Bfloat16">TFLOPS of bfloat16 matrix units.</param>
/// <param name="Fp8">TFLOPS of FP8 matrix units; equal to bfloat16 where there are none.</param>
/// <param name="Memory">Memory bandwidth in GB/s.</param>
public sealed record DeviceRates(string Name, string Architecture, double Float32, double Bfloat16, double Fp8, double Memory)
{
    public static IReadOnlyList<DeviceRates> All { get; } =
    [
        new("A100-SXM-80GB", "sm_80", 19.5, 312, 312, 2039),
        new("L40S", "sm_89", 91.6, 362, 733, 864),
        new("RTX-4090", "sm_89", 82.6, 165, 330, 1008),
        new("H100-SXM", "sm_90a", 66.9, 989, 1979, 3350),
        new("H200-SXM", "sm_90a", 66.9, 989, 1979, 4800),
    ];
}
