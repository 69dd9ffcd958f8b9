using DeepSeekCompiler.Compile;
using DeepSeekCompiler.GpuBenchmark.Timing;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;

namespace DeepSeekCompiler.GpuBenchmark.Stages;

/// <summary>Times every kernel of the catalogue models at their full shapes, on random numbers.</summary>
internal sealed class TimingStage(Options options) : IStage
{
    private readonly OpenDevice _device = GpuDevices.Open(options.Device);
    private (string Key, ModelKernels Kernels)? _model;

    public string Name => StageList.Timing;

    public IEnumerable<WorkItem> Items()
    {
        var best = VariantsOf(_device);
        foreach (string name in options.Models)
        {
            var cases = TimingCases.Of(TimingCases.SpecOf(name)).ToList();
            foreach (var variant in best)
            {
                foreach (var timing in cases)
                {
                    yield return new($"{variant} {name} {timing.Name}", figures => Kernels(name, variant).Measure(timing, figures));
                }
            }
        }
    }

    /// <summary>The program that a model would get, and on Hopper also the one that has to be asked for.</summary>
    public static IReadOnlyList<DeviceVariant> VariantsOf(OpenDevice device) =>
        [.. Variants.Of(device).TakeLast(2).Where(v => v == device.Info.Variant || v == DeviceVariant.Sm90)];

    public void Dispose()
    {
        _model?.Kernels.Dispose();
        _device.Dispose();
    }

    // Compiled when its first item runs, and kept for its others.
    private ModelKernels Kernels(string name, DeviceVariant variant)
    {
        string key = $"{name} {variant}";
        if (_model is { } model && model.Key == key) return model.Kernels;
        _model?.Kernels.Dispose();
        _model = null;
        var spec = TimingCases.SpecOf(name);
        var kernels = new ModelKernels(_device, spec, ModelLoader.CreateDeviceProgram(spec, variant));
        _model = (key, kernels);
        return kernels;
    }
}
