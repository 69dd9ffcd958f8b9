using DeepSeekCompiler.Gpu.Tests.Support;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Tests;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace DeepSeekCompiler.Gpu.Tests.MockDriver;

/// <summary>Kernels that many threads compile at once into the cache.</summary>
[Collection("mock driver")]
public sealed class PreparationTests : IDisposable
{
    private readonly CacheScope _cache = new();

    private static readonly DeviceKernel<LaunchTests.Arguments> s_double = new("Test.Double", LaunchTests.Double, 0);
    private static readonly DeviceKernel<LaunchTests.Arguments> s_large = new("Test.Large", LaunchTests.Large, 0, 128, 150_000);
    private static readonly DeviceKernel<LaunchTests.Arguments> s_throws = new("Test.Throws", Throws, 0);

    internal static void Throws(LaunchTests.Arguments given) => given.values[Group.IdxX] = float.Parse("1", System.Globalization.CultureInfo.InvariantCulture);

    [MockFact]
    public void PreparedKernels_AreOnlyLoaded_AndOneThatFailsIsNamed()
    {
        MockGpu.Reset();
        using var device = GpuDevices.Open("cuda:0");
        var accelerator = (CudaAccelerator)device.Accelerator;
        var (compiled, failures) = KernelPreparation.Run(accelerator, device.Info, [s_throws, s_double, s_large], 3);
        Assert.Equal(2, compiled);
        Assert.Contains("kernel Test.Throws on cuda:0", Assert.Single(failures).Message, StringComparison.Ordinal);
        using var kernels = new CudaKernels(accelerator, device.Info);
        kernels.Launch(s_double, default, 1, 32);
        kernels.Launch(s_large, default, 1, 128);
        Assert.Equal((0, 2), (kernels.Report.Compiled, kernels.Report.Cached));
        Assert.Equal((0, 0), (KernelPreparation.Run(accelerator, device.Info, [s_double, s_large], 3).Compiled, KernelPreparation.Run(accelerator, device.Info, [s_double], 3).Failures.Count));
    }

    public void Dispose() => _cache.Dispose();
}
