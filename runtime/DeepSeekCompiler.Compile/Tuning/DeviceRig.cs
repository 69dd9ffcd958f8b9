using DeepSeekCompiler.Compile.Explaining;
using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Compile.Measuring.Devices;
using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;

namespace DeepSeekCompiler.Compile.Tuning;

// Generators have a printer of the name.
using DeviceKernel = DeepSeekCompiler.Runtime.Gpu.Execution.DeviceKernel;

/// <summary>Variants of a kernel on a device. Launches take turns with copies of all arguments, so that weights come from memory.</summary>
internal sealed class DeviceRig : IVariantRig
{
    // Several times the second-level cache of a device.
    private const long Rotated = 256L << 20;
    private const int MostSets = 16;

    private readonly DeviceRun _run;
    private readonly DeviceClock _clock;
    private readonly RandomBlocks _blocks;
    private readonly List<DeviceArguments> _sets = [];
    private readonly List<List<Action>> _launches = [];
    private int _turn;

    /// <exception cref="VariantException">A variant does not run; its context is spoiled.</exception>
    public DeviceRig(OpenDevice device, ModelSpec spec, TuningTask task, Machine target, IReadOnlyList<(Type Class, int? Parts)> variants)
    {
        int threads = ((DeviceTarget)target).Threads;
        _run = new(device, DeviceWeights.None, threads);
        _clock = new(_run);
        _blocks = new(device);
        try
        {
            var (tokens, context) = TuningSizes.Of(spec, task);
            var kernel = KernelSet.Of(spec).Kernels.First(k => k.Name == task.Kernel).Lower(HostTarget.Scalar).Kernel;
            int tiles = (AttentionShape.Of(spec.Attention, spec.Rope, spec.Formats.Cache).Heads + 3) / 4;
            int Splits(int? parts) => _run.Splits(tiles * tokens, context, parts ?? 0);
            var scalars = new Dictionary<string, long>(Roofline.Scalars(spec, tokens, context)) { ["splits"] = Splits(null) };
            long room = Math.Min(Rotated, device.Info.MemoryBytes / 4);
            int sets = (int)Math.Clamp(room / Math.Max(1, DeviceArguments.BytesOf(kernel, scalars)), 1, MostSets);
            for (int i = 0; i < sets; i++) _sets.Add(new(device, kernel, scalars, _blocks, new RoutingData(spec, tokens, i)));
            for (int v = 0; v < variants.Count; v++) Add(v, variants[v].Class.GetNestedType(task.Kernel)!, Splits(variants[v].Parts), threads);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public double Seconds(int variant, int calls) => _clock.Batch(_ => _launches[variant][_turn++ % _sets.Count](), calls) * 1e-6 / calls;

    public IReadOnlyList<RigOutput> Outputs(int variant)
    {
        _sets[0].Restore();
        _run.Accelerator.Synchronize();
        var before = _sets[0].Outputs().ToList();
        _launches[variant][0]();
        _run.Accelerator.Synchronize();
        return [.. before.Zip(_sets[0].Outputs(), (b, a) => new RigOutput(a.Tensor.Name, a.Tensor.Format, b.Bytes, a.Bytes))];
    }

    public void Dispose()
    {
        foreach (var set in _sets) set.Dispose();
        _sets.Clear();
        _blocks.Dispose();
        _clock.Dispose();
        _run.Dispose();
    }

    // Launched once: what cannot run says so here.
    private void Add(int variant, Type kernel, int splits, int threads)
    {
        try
        {
            var method = kernel.GetMethod("Run")!;
            _launches.Add(_sets.ConvertAll(set => set.Bind(method, _run, splits)));
            _launches[variant][0]();
            _run.Accelerator.Synchronize();
        }
        catch (Exception e) when (e is DeviceException or ILGPU.Runtime.AcceleratorException)
        {
            throw new VariantException(variant, e.Message, e);
        }

        if (variant == 0 || _run.Cuda is not { } cuda) return;
        foreach (var phase in DeviceKernel.Of(kernel))
        {
            if (CudaBudget.Refusal(phase.Name, phase.Threads == 0 ? threads : phase.Threads, phase.SharedBytes, cuda.ResourcesOf(phase), cuda.Target.Architecture) is { } refusal)
                throw new VariantException(variant, refusal, new DeviceException(refusal));
        }
    }
}
