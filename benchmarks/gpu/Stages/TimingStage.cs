using DeepSeekCompiler.Compile;
using DeepSeekCompiler.GpuBenchmark.Timing;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;

namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>Times every kernel of the catalogue models at their full shapes, on random numbers.</summary>
internal sealed class TimingStage(Options options) : IStage
{
    private readonly OpenDevice _device = GpuDevices.Open(options.Device);
    private (string Name, ModelKernels Kernels)? _model;

    public string Name => StageList.Timing;

    public IEnumerable<WorkItem> Items()
    {
        foreach (string name in options.Models)
        {
            var cases = TimingCases.Of(TimingCases.SpecOf(name)).ToList();
            foreach (var timing in cases)
            {
                yield return new($"{name} {timing.Name}", figures => Kernels(name).Measure(timing, figures));
            }
        }
    }

    public void Dispose()
    {
        _model?.Kernels.Dispose();
        _device.Dispose();
    }

    // Compiled when its first item runs, and kept for its others.
    private ModelKernels Kernels(string name)
    {
        if (_model is { } model && model.Name == name) return model.Kernels;
        _model?.Kernels.Dispose();
        _model = null;
        var spec = TimingCases.SpecOf(name);
        var kernels = new ModelKernels(_device, spec, ModelLoader.CreateDeviceProgram(spec, _device.Info.Variant));
        _model = (name, kernels);
        return kernels;
    }
}
