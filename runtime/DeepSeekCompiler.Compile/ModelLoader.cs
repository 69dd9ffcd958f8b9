using System.Diagnostics;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Compile;

/// <summary>Loads any checkpoint folder of the family: reads its configuration, compiles it (once; the assembly is kept on disk) and binds its weights.</summary>
public static class ModelLoader
{
    /// <param name="folder">config.json and safetensors files.</param>
    /// <param name="options">Width, policy, cache format, threads.</param>
    /// <returns>A model ready for sessions; disposing it closes the checkpoint.</returns>
    /// <exception cref="CheckpointException">One sentence about what is wrong with the folder.</exception>
    public static CompiledModel Load(string folder, LoadOptions? options = null) => Load(folder, options ?? new(), out _);

    /// <param name="folder">config.json and safetensors files.</param>
    /// <param name="options">Width, policy, cache format, threads.</param>
    /// <param name="report">How the code was come by.</param>
    public static CompiledModel Load(string folder, LoadOptions options, out LoadReport report)
    {
        var watch = Stopwatch.StartNew();
        // The device first: a missing one is said before anything long begins.
        var device = options.Device == "host" ? null : Open(options.Device);
        try
        {
            if (device is not null && options.Variant is { } variant) device.Variant = variant;
            return Load(folder, options, device, watch, out report);
        }
        catch
        {
            device?.Dispose();
            throw;
        }
    }

    /// <summary>A model of a specification without weights: its manifest and facts.</summary>
    public static CompiledModel Create(ModelSpec spec, LoadOptions? options = null) => Compiled(spec, options ?? new LoadOptions(), null).Model;

    /// <summary>The device program of a specification, without weights and without a device; for reports and for assembling it.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="variant">The kind of device.</param>
    public static DeviceProgram CreateDeviceProgram(ModelSpec spec, DeviceVariant variant)
    {
        var model = Compiled(spec, new LoadOptions { VectorWidth = 0 }, variant).Model;
        return ((IDeviceModel)model).CreateProgram(variant)!;
    }

    private static CompiledModel Load(string folder, LoadOptions options, OpenDevice? device, Stopwatch watch, out LoadReport report)
    {
        var spec = CheckpointSpec.Read(folder);
        var checkpoint = Checkpoint.Open(folder);
        try
        {
            spec = Options(CheckpointSpec.Adapt(spec, checkpoint), options);
            var (model, source) = Compiled(spec, options, device?.Variant);
            var compiled = watch.Elapsed;
            var weights = WeightBinder.Bind(checkpoint, model.Manifest, spec.NumHiddenLayers);
            model.Bind(weights, checkpoint, options.Threads);
            if (RuntimeCompilation.IsSupported && device is not null) Place(model, device, options);
            report = new LoadReport(spec, source, compiled, watch.Elapsed - compiled) { Launches = device?.Launches };
            return model;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>What a checkpoint folder declares, as the options have it, without its weights.</summary>
    /// <exception cref="CheckpointException">One sentence about what is wrong with the folder.</exception>
    public static ModelSpec ReadSpec(string folder, LoadOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var checkpoint = Checkpoint.Open(folder);
        return Options(CheckpointSpec.Adapt(CheckpointSpec.Read(folder), checkpoint), options);
    }

    private static string TargetOf(DeviceVariant? variant) => variant is { } kind ? DeviceTargets.For(Devices(kind)).TuningTarget : Machine.HostTuning;

    private static OpenDevice Open(string device) => RuntimeCompilation.IsSupported ? GpuDevices.Open(device)
        : throw new CheckpointException($"This program was published for the host alone and cannot run on {device}; run it without native compilation, or on the host.");

    // The model owns the checkpoint by now; what fails here closes both.
    private static void Place(CompiledModel model, OpenDevice device, LoadOptions options)
    {
        try
        {
            model.RunOn(device, options.Upload);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static ModelSpec Options(ModelSpec spec, LoadOptions options)
    {
        CacheFormats.Check(spec, options.Cache, options.Device);
        return spec with { Formats = spec.Formats with { Fp8 = options.Fp8 ?? spec.Formats.Fp8, Cache = options.Cache, SplitActivations = options.SplitActivations } };
    }

    private static (CompiledModel Model, CodeSource Source) Compiled(ModelSpec spec, LoadOptions options, DeviceVariant? variant)
    {
        if (!RuntimeCompilation.IsSupported) return (Precompiled(spec, options), CodeSource.Precompiled);
        var tuning = options.Tuning?.For(spec, TargetOf(variant));
        if (options.VectorWidth is null && tuning is null && PrecompiledModels.Create(SpecText.Hash(spec)) is { } precompiled
            && (variant is null || (precompiled as IDeviceModel)?.CreateProgram(variant.Value) is not null))
            return (precompiled, CodeSource.Precompiled);
        int width = options.VectorWidth ?? HostVector.Width;
        var (assembly, source) = AssemblyCache.Get(spec, new CompileOptions(Widths(width), Devices(variant)) { Tuning = tuning ?? ScheduleTuning.None }, options.Compiling);
        var type = assembly.GetType($"{spec.Namespace}.{spec.ClassName}", true)!;
        return ((CompiledModel)Activator.CreateInstance(type)!, source);
    }

    private static CompiledModel Precompiled(ModelSpec spec, LoadOptions options)
    {
        if (options.VectorWidth is { } width) throw new CheckpointException($"This program was published without the compiler and cannot be given a vector width of {width} bits; DSC_VECTOR chooses among those it has.");
        if (options.SplitActivations) throw new CheckpointException("This program was published without the compiler, and prompts multiply what they were compiled for; leave --split-activations out.");
        if (options.Tuning is not null) throw new CheckpointException("This program was published without the compiler, and a tuning file changes nothing in it; add the file to the project's AdditionalFiles before it is published.");
        return PrecompiledModels.Create(SpecText.Hash(spec)) ?? throw new CheckpointException(
            "This program was published without the compiler, and the model is none of those that were compiled into it; declare it in the program, or run dsc without native compilation.");
    }

    internal static DeviceVariants Devices(DeviceVariant? variant) => variant is null ? DeviceVariants.None : Enum.Parse<DeviceVariants>(variant.Value.ToString());

    internal static VectorWidths Widths(int width) => width switch
    {
        512 => VectorWidths.V512,
        256 => VectorWidths.V256,
        128 => VectorWidths.V128,
        0 => VectorWidths.Scalar,
        _ => throw new CheckpointException($"A vector width of {width} bits is not known; 512, 256, 128 and 0 (scalar) are."),
    };
}
