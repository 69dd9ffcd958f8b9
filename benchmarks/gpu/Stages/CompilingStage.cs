using DeepSeekCompiler.Compile;
using DeepSeekCompiler.GpuBenchmark.Timing;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using ILGPU.Runtime.Cuda;

namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>Compiles the programs that are timed afterwards, many at once, into the cache on disk; a device without one compiles them when they are timed.</summary>
internal sealed class CompilingStage(Options options) : IStage
{
    private readonly OpenDevice _device = GpuDevices.Open(options.Device);

    public string Name => StageList.Compiling;

    public IEnumerable<WorkItem> Items()
    {
        if (_device.Accelerator is not CudaAccelerator cuda) yield break;
        foreach (string name in options.Models)
        {
            yield return new(name, figures =>
            {
                var all = DeviceKernel.Of(ModelLoader.CreateDeviceProgram(TimingCases.SpecOf(name), _device.Info.Variant));
                if (KernelPreparation.Run(cuda, _device.Info, all, Environment.ProcessorCount).Failures.FirstOrDefault() is { } failure) throw failure;
                figures["kernels"] = all.Count;
            });
        }
    }

    public void Dispose() => _device.Dispose();
}
