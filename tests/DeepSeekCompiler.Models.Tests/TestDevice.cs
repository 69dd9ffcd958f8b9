using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>The first suitable OpenCL device, as if it were another one.</summary>
internal static class TestDevice
{
    /// <param name="memoryBytes">Its memory; null for what it has.</param>
    /// <param name="primitives">A class of device primitives that its kernels know besides the usual ones.</param>
    public static OpenDevice Open(long? memoryBytes = null, Type? primitives = null)
    {
        var context = GpuDevices.CreateContext();
        if (primitives is not null) Intrinsics.Register(context, primitives);
        var (info, device) = GpuDevices.Describe(context).First(d => d.Info.Name.StartsWith("opencl:", StringComparison.Ordinal) && d.Info.Refusal is null);
        return new OpenDevice(info with { MemoryBytes = memoryBytes ?? info.MemoryBytes }, context, device.CreateAccelerator(context));
    }
}
