using DeepSeekCompiler.Runtime.Gpu.Devices;
using ILGPU.Runtime.Cuda;

namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>The kinds of device programs that a device runs.</summary>
internal static class Variants
{
    /// <summary>All of them, the simplest first.</summary>
    public static IReadOnlyList<DeviceVariant> Of(string device)
    {
        using var open = GpuDevices.Open(device);
        return Of(open);
    }

    /// <inheritdoc cref="Of(string)"/>
    public static IReadOnlyList<DeviceVariant> Of(OpenDevice device)
    {
        if (device.Accelerator is not CudaAccelerator cuda) return [device.Info.Variant];
        var all = new List<DeviceVariant> { DeviceVariant.Warp32 };
        if (cuda.Architecture >= CudaArchitecture.SM_80) all.Add(DeviceVariant.Sm80);
        if (cuda.Architecture >= CudaArchitecture.SM_89) all.Add(DeviceVariant.Sm89);
        // Warpgroup instructions belong to this architecture alone.
        if (cuda.Architecture == CudaArchitecture.SM_90) all.Add(DeviceVariant.Sm90);
        return all;
    }

    /// <summary>Whether its products round activations to bfloat16, unless they are split.</summary>
    public static bool HasMatrixInstructions(DeviceVariant variant) => variant is DeviceVariant.Sm80 or DeviceVariant.Sm89 or DeviceVariant.Sm90;
}
