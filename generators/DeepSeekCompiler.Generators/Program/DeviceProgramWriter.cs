using System.Collections.Generic;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>Prints the nested class that runs the model on a device: the same forward pass, its kernels beside it.</summary>
internal sealed class DeviceProgramWriter(ModelSpec spec, IReadOnlyDictionary<string, TensorKernel> kernels, DeviceTarget target, CodeWriter w)
{
    /// <summary>Namespaces of device code; none where there is none.</summary>
    public static string[] Usings(CompileOptions options) =>
        options.Devices == DeviceThreads.None ? [] : ["DeepSeekCompiler.Runtime.Gpu.Execution", "DeepSeekCompiler.Runtime.Gpu.Primitives", "ILGPU", "ILGPU.Runtime"];

    public void Print()
    {
        w.Line();
        w.Summary($"The forward pass on a device, in groups of {Text.Of(target.Threads)}.");
        w.Open($"public sealed partial class {target.ClassName} : DeviceProgram");
        w.Line("/// <inheritdoc/>");
        w.Line($"public override int Threads => {Text.Of(target.Threads)};");
        new PassWriter(spec, kernels, Dialect.Device, w).Print();
        w.Close();
    }

    public static void PrintChoice(CompileOptions options, CodeWriter w)
    {
        w.Line();
        w.Line("/// <inheritdoc/>");
        w.Line("DeviceProgram? IDeviceModel.CreateProgram(int threads) => threads switch");
        w.Line("{");
        foreach (var device in ModelCompiler.Devices(options)) w.Line($"    {Text.Of(device.Threads)} => new {device.ClassName}(),");
        w.Line("    _ => null,");
        w.Line("};");
    }

    /// <summary>The file of one kernel on one device.</summary>
    public static string PrintKernel(ModelSpec spec, Loops.Lowering.LoweredKernel kernel, DeviceTarget target)
    {
        var w = new CodeWriter();
        GeneratedHeader.Print(w, spec, ["System", "DeepSeekCompiler.Runtime.Gpu.Execution", "DeepSeekCompiler.Runtime.Gpu.Primitives", "ILGPU", "ILGPU.Runtime"]);
        w.Open($"partial class {spec.ClassName}");
        w.Open($"partial class {target.ClassName}");
        DeviceKernel.Print(kernel, target, w);
        w.Close();
        w.Close();
        return w.ToString();
    }
}
