using System.Reflection;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Training;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Compile;

/// <summary>Compiles the training pass of a specification, as the build does for a declaration with <c>[Trainable]</c>; the assembly is kept on disk.</summary>
public static class TrainingCompiler
{
    /// <param name="spec">The model, for example <see cref="CheckpointSpec.ReadConfig"/> of a config.json; its storage formats do not matter.</param>
    /// <param name="options">Sizes, threads, width.</param>
    /// <returns>A pass whose parameters are zero.</returns>
    /// <exception cref="CheckpointException">The model cannot be trained, or the vector width is not known.</exception>
    /// <exception cref="DeviceException">There is no such device, or it has no room.</exception>
    /// <exception cref="ArgumentException">A size that training does not take.</exception>
    public static TrainingPass Open(ModelSpec spec, TrainingOptions options)
    {
        spec = spec with { Trainable = true, Precision = options.Precision is { } asked ? (Generators.Spec.TrainingPrecision)asked : spec.Precision };
        foreach (var problem in TrainingChecks.Check(spec)) throw new CheckpointException(problem.Message);
        if (options.Device == "host") return Create(spec, options, null);
        if (spec.Precision != Generators.Spec.TrainingPrecision.Float32) throw new CheckpointException($"Training on {options.Device} multiplies float32 numbers; {spec.Precision} is for the host.");
        // The device first: a missing one is said before anything long begins.
        var device = GpuDevices.Open(options.Device);
        TrainingPass pass;
        try
        {
            if (options.Variant is { } variant) device.Variant = variant;
            pass = Create(spec, options, device.Variant);
        }
        catch
        {
            device.Dispose();
            throw;
        }

        try
        {
            pass.RunOn(device);
            return pass;
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    /// <summary>The device program of a specification's training pass, without a device; for assembling it.</summary>
    public static DeviceTrainingProgram CreateDeviceProgram(ModelSpec spec, DeviceVariant variant)
    {
        using var pass = Create(spec, new TrainingOptions { Batch = 1, Length = 4, Threads = 1, VectorWidth = 0 }, variant);
        return ((IDeviceTraining)pass).CreateProgram(variant)!;
    }

    private static TrainingPass Create(ModelSpec spec, TrainingOptions options, DeviceVariant? variant)
    {
        var compile = new CompileOptions(ModelLoader.Widths(options.VectorWidth ?? HostVector.Width)) { TrainingDevices = ModelLoader.Devices(variant) };
        var (assembly, _) = AssemblyCache.Get(spec with { Trainable = true }, compile);
        var type = assembly.GetType($"{spec.Namespace}.{spec.ClassName}+Training", true)!;
        try
        {
            return (TrainingPass)Activator.CreateInstance(type, options.Batch, options.Length, options.Threads)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException inner)
        {
            throw inner;
        }
    }
}
