using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Program.Training;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>The compiler's one door: a specification in, C# out. Pure: no I/O, no Roslyn.</summary>
public static class ModelCompiler
{
    /// <summary>Name of the nested class of the training pass.</summary>
    private const string Training = "Training";

    /// <summary>Expands <paramref name="spec"/> into the generated files of its model class.</summary>
    public static IReadOnlyList<GeneratedFile> Compile(ModelSpec spec, CompileOptions options)
    {
        // Its whole numbers are for the host's processor.
        if (spec.Formats.Cache == NumberFormat.I16) options = options with { Devices = DeviceVariants.None };
        var files = new List<GeneratedFile>();
        var kernels = new Dictionary<string, TensorKernel>();
        var targets = Targets(options);
        foreach (var kernel in KernelSet.Of(spec, options.Tuning).Kernels)
        {
            var variants = new List<(HostTarget, LoweredKernel)>();
            foreach (var target in targets) variants.Add((target, kernel.Lower(target)));
            kernels[kernel.Name] = variants[0].Item2.Kernel;
            files.Add(new(FileName(spec, kernel.Name), Print(spec, variants)));
            if (!kernel.HostOnly) AddDevices(spec, kernel, options, files);
        }

        files.Insert(0, new(FileName(spec, null), ProgramWriter.Print(spec, options, kernels)));
        if (spec.Trainable) AddTraining(spec, targets, options, files);
        return files;
    }

    /// <summary>Some kernels of a model without the forward pass around them: what is measured by itself.</summary>
    public static IReadOnlyList<GeneratedFile> CompileKernels(ModelSpec spec, CompileOptions options, IReadOnlyCollection<string> names)
    {
        var files = new List<GeneratedFile>();
        foreach (var kernel in KernelSet.Of(spec, options.Tuning).Kernels)
        {
            if (!names.Contains(kernel.Name)) continue;
            if (options.Devices == DeviceVariants.None) files.Add(new(FileName(spec, kernel.Name), Print(spec, [.. Targets(options).Select(t => (t, kernel.Lower(t)))])));
            else AddDevices(spec, kernel, options, files);
        }

        foreach (var (_, target, _) in DeviceTargets.Of(options)) files.Add(new(FileName(spec, target.ClassName), DeviceProgramWriter.PrintContainer(spec, target)));
        return files;
    }

    private static void AddTraining(ModelSpec spec, IReadOnlyList<HostTarget> targets, CompileOptions options, List<GeneratedFile> files)
    {
        // Rounded operands are for the host; a pass without a device program says so when it is asked for one.
        if (spec.Precision != TrainingPrecision.Float32) options = options with { TrainingDevices = DeviceVariants.None };
        var devices = DeviceTargets.OfTraining(options).Select(d => d.Target).Distinct().ToList();
        var kernels = new Dictionary<string, TensorKernel>();
        foreach (var kernel in KernelSet.OfTraining(spec).Kernels)
        {
            var variants = new List<(HostTarget, LoweredKernel)>();
            foreach (var target in targets) variants.Add((target, kernel.Lower(target)));
            kernels[kernel.Name] = variants[0].Item2.Kernel;
            files.Add(new(FileName(spec, "Training." + kernel.Name), Print(spec, variants, Training)));
            foreach (var target in devices)
            {
                string text = DeviceKernel.Print(kernel.Lower(target), target, false, 3);
                files.Add(new(FileName(spec, $"{Training}.{kernel.Name}.{target.ClassName}"), DeviceProgramWriter.PrintKernel(spec, text, target, Training)));
            }
        }

        files.Add(new(FileName(spec, Training), TrainingWriter.Print(spec, kernels, options)));
        foreach (var target in devices) files.Add(new(FileName(spec, $"{Training}.{target.ClassName}"), TrainingWriter.PrintDevice(spec, kernels, target)));
    }

    /// <summary>The host targets of the options, widest first.</summary>
    public static IReadOnlyList<HostTarget> Targets(CompileOptions options)
    {
        var targets = new List<HostTarget>();
        if (options.Widths.HasFlag(VectorWidths.V512)) targets.Add(new HostTarget(512));
        if (options.Widths.HasFlag(VectorWidths.V256)) targets.Add(new HostTarget(256));
        if (options.Widths.HasFlag(VectorWidths.V128)) targets.Add(new HostTarget(128));
        if (options.Widths.HasFlag(VectorWidths.Scalar)) targets.Add(HostTarget.Scalar);
        return targets;
    }

    // A kernel that comes out as the one of the class that its program is derived from is not printed again.
    private static void AddDevices(ModelSpec spec, ModelKernel kernel, CompileOptions options, List<GeneratedFile> files)
    {
        foreach (var (_, target, parent) in DeviceTargets.Of(options))
        {
            var lowered = kernel.Lower(target);
            string text = DeviceKernel.Print(lowered, target, false);
            bool hides = parent is not null;
            if (hides)
            {
                if (DeviceKernel.Print(kernel.Lower(parent!), parent!, false) == text) continue;
                text = DeviceKernel.Print(lowered, target, true);
            }

            files.Add(new(FileName(spec, kernel.Name + "." + target.ClassName), DeviceProgramWriter.PrintKernel(spec, text, target)));
        }
    }

    private static string Print(ModelSpec spec, IReadOnlyList<(HostTarget, LoweredKernel)> variants, string? nested = null)
    {
        var w = new CodeWriter();
        GeneratedHeader.Print(w, spec, ["System", "System.Runtime.CompilerServices", "System.Runtime.Intrinsics", "System.Runtime.Intrinsics.X86", "DeepSeekCompiler.Kernels.Primitives", "DeepSeekCompiler.Runtime.Execution"]);
        w.Open($"partial class {spec.ClassName}");
        if (nested is not null) w.Open($"partial class {nested}");
        HostKernel.Print(variants, w);
        if (nested is not null) w.Close();
        w.Close();
        return w.ToString();
    }

    private static string FileName(ModelSpec spec, string? kernel)
    {
        // The name of a generated file may not hold what marks a keyword as a name.
        string type = (spec.Namespace.Length == 0 ? spec.ClassName : spec.Namespace + "." + spec.ClassName).Replace("@", "");
        return type + (kernel is null ? "" : "." + kernel) + ".g.cs";
    }
}
