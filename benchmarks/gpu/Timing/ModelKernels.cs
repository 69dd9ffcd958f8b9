using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Compile.Measuring.Devices;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>The compiled kernels of a model on a device.</summary>
internal sealed class ModelKernels(OpenDevice device, ModelSpec spec, DeviceProgram program) : IDisposable
{
    // Several times the second-level cache of any device: the arguments of a launch come from memory.
    private const long Rotated = 512L << 20;
    private const int MostSets = 16;
    private readonly DeviceRun _run = new(device, DeviceWeights.None, program.Threads);
    private readonly RandomBlocks _blocks = new(device);

    /// <summary>Times a kernel, its launches taking turns with several copies of all arguments.</summary>
    public void Measure(TimingCase timing, Dictionary<string, double> figures)
    {
        var type = DeviceKernel.Classes(program).FirstOrDefault(t => t.Name == timing.Kernel.Name) ?? throw new ArgumentException($"The device program has no kernel {timing.Kernel.Name}.");
        var routing = new RoutingData(spec, timing.Tokens);
        long bytes = DeviceArguments.BytesOf(timing.Kernel, timing.Scalars), room = device.Info.MemoryBytes * 3 / 4;
        if (bytes > room) throw new DeviceException(FormattableString.Invariant($"Its arguments take {bytes} bytes, and {device.Info.Name} ({device.Info.Description}) has {device.Info.MemoryBytes}."));
        int sets = (int)Math.Clamp(Math.Min(Rotated, room) / bytes, 1, MostSets);
        var arguments = new List<DeviceArguments>();
        try
        {
            for (int i = 0; i < sets; i++) arguments.Add(new(device, timing.Kernel, timing.Scalars, _blocks, routing));
            var launches = arguments.ConvertAll(a => a.Bind(type.GetMethod("Run")!, _run));
            using var clock = new DeviceClock(_run);
            var (median, least, most) = clock.Measure(i => launches[i % sets]());
            (figures["us"], figures["least us"], figures["most us"]) = (median, least, most);
            figures["recorded"] = clock.Recorded ? 1 : 0;
            figures["GB/s"] = timing.Work.Bytes / median / 1e3;
            figures["TFLOPS"] = timing.Work.Flops / median / 1e6;
            figures["FP8"] = timing.Kernel.Tensors.Any(t => t.Format == NumberFormat.E4M3) ? 1 : 0;
        }
        finally
        {
            foreach (var set in arguments) set.Dispose();
        }
    }

    public void Dispose()
    {
        _blocks.Dispose();
        _run.Dispose();
    }
}
