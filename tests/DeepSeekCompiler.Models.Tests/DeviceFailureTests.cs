using System.Globalization;
using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Tests;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>What devices cannot do is said in one sentence, and harms nothing else.</summary>
public class DeviceFailureTests
{
    [OpenClFact]
    public void KernelThatTheDriverRefuses_IsNamedWithTheDriversWords_AndTheContextIsNotUsedAgain()
    {
        var error = Refuse(BrokenKernels.RefusedByDriver);
        Assert.Contains("Broken.Driver", error.Message, StringComparison.Ordinal);
        Assert.Contains("opencl:", error.Message, StringComparison.Ordinal);
        Assert.Contains("undeclared_name", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [OpenClFact]
    public void KernelThatIlgpuRefuses_IsNamed_AndTheContextIsNotUsedAgain()
    {
        var error = Refuse(BrokenKernels.RefusedByIlgpu);
        Assert.Contains("Broken.Ilgpu", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [OpenClFact]
    public void ModelThatDoesNotFit_SaysHowManyBytesItNeedsAndHowManyThereAre_BeforeTheUpload()
    {
        using var model = ModelLoader.Load(SampleModelTests.Folder, new LoadOptions { VectorWidth = 0, Threads = 1 });
        using var device = TestDevice.Open(memoryBytes: 12345);
        bool uploaded = false;
        var error = Assert.Throws<DeviceException>(() => DeviceWeights.Upload(device, model, (_, _) => uploaded = true));
        Assert.False(uploaded);
        Assert.Contains("12345", error.Message, StringComparison.Ordinal);
        Assert.Contains(DeviceWeights.BytesOf(model).ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2, true, "1.2")]
    [InlineData(3, 0, false, "generic address space")]
    public void UnsuitableDevice_IsRefusedWithTheReason(int major, int minor, bool generic, string reason) =>
        Assert.Contains(reason, GpuDevices.RefusalOf(generic, major, minor), StringComparison.Ordinal);

    [Fact]
    public void SuitableDevice_IsNotRefused() => Assert.Null(GpuDevices.RefusalOf(true, 3, 0));

    [Theory]
    [InlineData("vulkan:0", "host, opencl:N and cuda:N")]
    [InlineData("opencl:7", "opencl:0")]
    [InlineData("cuda:0", "NVIDIA driver")]
    public void MissingDevice_IsSaidWithWhatThereIs(string name, string hint)
    {
        var message = GpuDevices.Missing(name, [new("opencl:0", "a device", "a vendor", 1, 1, DeviceVariant.Cpu, null)]);
        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains(hint, message, StringComparison.Ordinal);
    }

    // Refused twice with the same words, also for a kernel that is right; a device opened anew runs that one.
    private static DeviceException Refuse(DeviceKernel<BrokenKernels.Arguments> kernel)
    {
        DeviceException error;
        using (var device = TestDevice.Open(primitives: typeof(BrokenKernels)))
        using (var run = new DeviceRun(device, DeviceWeights.None, 1))
        {
            var given = new BrokenKernels.Arguments { Values = run.Workspace(4) };
            error = Assert.Throws<DeviceException>(() => run.Launch(kernel, given, 4));
            Assert.Same(error, Assert.Throws<DeviceException>(() => run.Launch(BrokenKernels.Right, given, 4)));
        }

        using var next = TestDevice.Open();
        using var again = new DeviceRun(next, DeviceWeights.None, 1);
        var values = again.Workspace(4);
        float[] numbers = [1, 2, 3, 4];
        values.CopyFromHost(numbers);
        again.Launch(BrokenKernels.Right, new BrokenKernels.Arguments { Values = values }, 4);
        next.Accelerator.Synchronize();
        values.CopyToHost(numbers);
        Assert.Equal([2, 4, 6, 8], numbers);
        return error;
    }
}
