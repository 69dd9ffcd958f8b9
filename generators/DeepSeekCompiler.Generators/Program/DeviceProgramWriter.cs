using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Prints the nested class that runs the model on a device: the same forward pass, its kernels beside it.</summary>
internal sealed class DeviceProgramWriter(ModelSpec spec, IReadOnlyDictionary<string, TensorKernel> kernels, DeviceTarget target, DeviceTarget? parent, bool isBase, int? parts, CodeWriter w)
{
    /// <summary>Namespaces of device code; none where there is none.</summary>
    public static string[] Usings(CompileOptions options) =>
        options.Devices == DeviceVariants.None ? [] : ["DeepSeekCompiler.Runtime.Gpu.Devices", "DeepSeekCompiler.Runtime.Gpu.Execution", "DeepSeekCompiler.Runtime.Gpu.Primitives", "ILGPU", "ILGPU.Runtime"];

    /// <summary>A class for every variant, and the choice among them.</summary>
    public static void PrintAll(ModelSpec spec, IReadOnlyDictionary<string, TensorKernel> kernels, CompileOptions options, CodeWriter w)
    {
        if (options.Devices == DeviceVariants.None) return;
        var all = DeviceTargets.Of(options).ToList();
        foreach (var (_, target, parent) in all) new DeviceProgramWriter(spec, kernels, target, parent, all.Any(other => other.Base == target), TuningTargets.Parts(spec, options.Tuning, target), w).Print();
        PrintChoice(options, w);
    }

    private void Print()
    {
        w.Line();
        w.Summary($"The forward pass on {target.Description}.");
        w.Open($"public {(isBase ? "" : "sealed ")}partial class {target.ClassName} : {parent?.ClassName ?? "DeviceProgram"}");
        w.Line("/// <inheritdoc/>");
        w.Line($"public override int Threads => {Text.Of(target.Threads)};");
        new PassWriter(spec, kernels, Dialect.Device, parts, w).Print();
        w.Close();
    }

    private static void PrintChoice(CompileOptions options, CodeWriter w)
    {
        w.Line();
        w.Line("/// <inheritdoc/>");
        w.Line("DeviceProgram? IDeviceModel.CreateProgram(DeviceVariant variant) => variant switch");
        w.Line("{");
        foreach (var (variant, target, _) in DeviceTargets.Of(options)) w.Line($"    DeviceVariant.{variant} => new {target.ClassName}(),");
        w.Line("    _ => null,");
        w.Line("};");
    }

    /// <summary>A class for kernels without a program.</summary>
    public static string PrintContainer(ModelSpec spec, DeviceTarget target)
    {
        var w = new CodeWriter();
        GeneratedHeader.Print(w, spec, []);
        w.Open($"partial class {spec.ClassName}");
        w.Line($"public partial class {target.ClassName};");
        w.Close();
        return w.ToString();
    }

    /// <summary>The file of one kernel on one device.</summary>
    public static string PrintKernel(ModelSpec spec, string kernel, DeviceTarget target, string? nested = null)
    {
        var w = new CodeWriter();
        GeneratedHeader.Print(w, spec, ["System", "System.Runtime.CompilerServices", "DeepSeekCompiler.Runtime.Gpu.Execution", "DeepSeekCompiler.Runtime.Gpu.Primitives", "ILGPU", "ILGPU.Runtime"]);
        w.Open($"partial class {spec.ClassName}");
        if (nested is not null) w.Open($"partial class {nested}");
        w.Open($"partial class {target.ClassName}");
        w.Raw(kernel);
        w.Close();
        if (nested is not null) w.Close();
        w.Close();
        return w.ToString();
    }
}
