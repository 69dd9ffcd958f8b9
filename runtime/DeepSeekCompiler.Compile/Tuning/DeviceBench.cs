using DeepSeekCompiler.Compile.Measuring;
using DeepSeekCompiler.Compile.Measuring.Devices;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Compile.Tuning;

// Generators have a printer of the name.
using DeviceKernel = DeepSeekCompiler.Runtime.Gpu.Execution.DeviceKernel;

/// <summary>Measures on an OpenCL or CUDA device, by the device's own clock.</summary>
internal sealed class DeviceBench : ITuningBench
{
    private readonly ModelSpec _spec;
    private readonly string _name;
    private readonly CandidateCode _code;
    private readonly string? _assembler = PtxAssembler.Find();
    private OpenDevice _device;
    private PtxCompiler? _compiler;

    /// <param name="spec">The model.</param>
    /// <param name="device"><c>opencl:N</c> or <c>cuda:N</c>.</param>
    /// <exception cref="DeviceException">There is no such device.</exception>
    public DeviceBench(ModelSpec spec, string device)
    {
        (_spec, _name) = (spec, device);
        _device = GpuDevices.Open(device, profiling: true);
        var variants = ModelLoader.Devices(_device.Variant);
        var target = DeviceTargets.For(variants);
        Target = target;
        _code = new(spec, target.TuningTarget, new CompileOptions(VectorWidths.Scalar, variants), target.ClassName);
    }

    public Machine Target { get; }

    public string Description => $"{_device.Info.Name}, {_device.Info.Description} ({_device.Info.Vendor})";

    public void Compile(IReadOnlyList<TuningTask> tasks) => _code.Compile(tasks);

    public string? Refusal(TuningTask task, int candidate)
    {
        if (_code.Failure(task.Kernel, candidate) is { } failure) return failure;
        // Without an assembler the driver says the same, once it has loaded the kernel.
        return _assembler is null || Architecture is not { } architecture ? null : Assembled(_code.Of(task.Kernel, candidate), task.Kernel, architecture);
    }

    public IVariantRig Open(TuningTask task, IReadOnlyList<int> candidates)
    {
        var variants = candidates.Select(c => (_code.Of(task.Kernel, c), task.Candidates[c].Parts)).Prepend((_code.Of(task.Kernel, CandidateCode.Default), null));
        try
        {
            return new DeviceRig(_device, _spec, task, Target, [.. variants]);
        }
        catch (VariantException)
        {
            // A kernel that fails spoils its context for every later one.
            _device.Dispose();
            _device = GpuDevices.Open(_name, profiling: true);
            throw;
        }
    }

    public void Dispose()
    {
        _compiler?.Dispose();
        _device.Dispose();
    }

    /// <summary>Why an assembler's code for a candidate is not worth a measurement; null where it is.</summary>
    /// <param name="classes">The class that holds the kernel.</param>
    /// <param name="kernel">Its name.</param>
    /// <param name="compiler">Makes PTX of it.</param>
    /// <param name="assembler">The assembler.</param>
    /// <param name="architecture">For which architecture.</param>
    /// <param name="threads">Threads of a group where the kernel does not say.</param>
    internal static string? Assembled(Type classes, string kernel, PtxCompiler compiler, string assembler, string architecture, int threads)
    {
        foreach (var phase in DeviceKernel.Of(classes.GetNestedType(kernel)!))
        {
            try
            {
                var resources = PtxAssembler.Assemble(assembler, compiler.Compile(phase.Entry), architecture);
                if (CudaBudget.Refusal(phase.Name, phase.Threads == 0 ? threads : phase.Threads, phase.SharedBytes, resources, architecture) is { } refusal) return refusal;
            }
            catch (DeviceException e)
            {
                return e.Message;
            }
        }

        return null;
    }

    private string? Architecture => GpuDevices.ArchitectureOf(_device);

    private string? Assembled(Type classes, string kernel, string architecture) =>
        Assembled(classes, kernel, _compiler ??= new(architecture), _assembler!, architecture, ((DeviceTarget)Target).Threads);
}
