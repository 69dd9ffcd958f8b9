using DeepSeekCompiler.GpuBenchmark.Timing;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;

namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>What the device itself can do: every other time is compared with it.</summary>
internal sealed class DeviceStage(Options options) : IStage
{
    public const string Copy = "copy GB/s";
    private readonly OpenDevice _device = GpuDevices.Open(options.Device);

    public string Name => StageList.Device;

    public IEnumerable<WorkItem> Items()
    {
        yield return new("memory copy", figures => figures[Copy] = CopyBandwidth.Measure(_device));
        foreach (var peak in MatrixPeak.For(Variants.Of(_device)))
        {
            yield return new(peak.Name, figures =>
            {
                using var run = new DeviceRun(_device, DeviceWeights.None, peak.Threads);
                figures[peak.Figure] = peak.Measure(run, _device.Info.Units);
            });
        }
    }

    public void Dispose() => _device.Dispose();
}
