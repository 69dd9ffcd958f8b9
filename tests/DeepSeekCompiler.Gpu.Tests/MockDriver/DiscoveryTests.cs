using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Gpu.Tests.MockDriver;

/// <summary>Which devices are found, what they are compiled for, and why one is refused.</summary>
[Collection("mock driver")]
public class DiscoveryTests
{
    // Driver versions and the PTX they know are those of NVIDIA's release notes.
    [Theory]
    [InlineData(7, 5, 12040, "sm_75", 8, 4)]
    [InlineData(8, 0, 11080, "sm_80", 7, 8)]
    [InlineData(8, 0, 12040, "sm_80", 8, 4)]
    [InlineData(8, 6, 12020, "sm_86", 8, 2)]
    [InlineData(8, 9, 12000, "sm_89", 8, 0)]
    [InlineData(8, 9, 13000, "sm_89", 8, 4)]
    [InlineData(9, 0, 12040, "sm_90a", 8, 4)]
    [InlineData(9, 0, 13010, "sm_90a", 8, 4)]
    [InlineData(10, 0, 12080, "sm_100", 8, 6)]
    [InlineData(10, 0, 13000, "sm_100", 8, 6)]
    [InlineData(12, 0, 13000, "sm_120", 8, 7)]
    [InlineData(9, 0, 14000, "sm_90a", 8, 4)]
    public void Target_IsThatOfDeviceAndDriver(int major, int minor, int driver, string architecture, int isaMajor, int isaMinor) =>
        Assert.Equal(new CudaTarget(architecture, isaMajor, isaMinor), CudaTarget.Of(major, minor, driver));

    [Theory]
    [InlineData(9, 0, 11040, "11.4")]
    [InlineData(12, 0, 12040, "12.0")]
    [InlineData(5, 2, 12040, "5.2")]
    public void WhatIsTooOld_IsSaidInOneSentence(int major, int minor, int driver, string culprit)
    {
        string message = Assert.Throws<DeviceException>(() => CudaTarget.Of(major, minor, driver)).Message;
        Assert.Contains(culprit, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [MockFact]
    public void Devices_HaveNamesMemoryAndUnits()
    {
        MockGpu.Reset(("devices", 2));
        var found = Cuda();
        Assert.Equal(["cuda:0", "cuda:1"], found.Select(d => d.Name));
        Assert.All(found, d => Assert.Equal((80L << 30, 132, null), (d.MemoryBytes, d.Units, d.Refusal)));
        Assert.Equal("Mock GPU 1", found[1].Description);
    }

    [MockFact]
    public void ADeviceThatItsDriverIsTooOldFor_IsShownAndRefused()
    {
        MockGpu.Reset(("major", 12), ("driver", 12040));
        Assert.Contains("too old", Assert.Single(Cuda()).Refusal, StringComparison.Ordinal);
        Assert.Contains("too old", Assert.Throws<DeviceException>(() => GpuDevices.Open("cuda:0")).Message, StringComparison.Ordinal);
    }

    [MockFact]
    public void WithoutDevices_TheSentenceSaysThatTheDriverIsThere()
    {
        MockGpu.Reset(("devices", 0));
        Assert.Empty(Cuda());
        Assert.Contains("NVIDIA driver is installed and offers no device", Assert.Throws<DeviceException>(() => GpuDevices.Open("cuda:0")).Message, StringComparison.Ordinal);
    }

    private static List<DeviceInfo> Cuda() => [.. GpuDevices.List().Where(d => d.Name.StartsWith("cuda", StringComparison.Ordinal))];
}
