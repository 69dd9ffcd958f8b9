using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Targets.Host;

/// <summary>Prints a lowered kernel as a static class: an Arguments struct, a Run method, and a method for every phase and width.</summary>
public static class HostKernel
{
    private const string FewName = "Few";

    /// <param name="variants">The same kernel lowered for several widths, in falling order of width.</param>
    /// <param name="writer">Where to.</param>
    public static void Print(IReadOnlyList<(HostTarget Target, LoweredKernel Kernel)> variants, CodeWriter writer)
    {
        var first = variants[0].Kernel;
        var kernel = first.Kernel;
        Print(variants, kernel.Name, Header(kernel, first.Schedule), writer);
    }

    private static void Print(IReadOnlyList<(HostTarget Target, LoweredKernel Kernel)> variants, string name, string header, CodeWriter writer)
    {
        var first = variants[0].Kernel;
        var kernel = first.Kernel;
        writer.Summary(header);
        writer.Line("[SkipLocalsInit]");
        writer.Open($"internal static unsafe class {name}");
        var parameters = new List<(string Type, string Name)>();
        foreach (var tensor in kernel.Tensors)
        {
            if (tensor.IsArgument) parameters.Add((tensor.IsTable ? "byte**" : HostTypes.Element(tensor.Format) + "*", tensor.Name));
        }

        foreach (var scalar in kernel.Scalars) parameters.Add(("int", scalar.Name));
        PrintRun(first, variants, parameters, writer);
        foreach (var (target, lowered) in variants)
        {
            for (int i = 0; i < lowered.Functions.Count; i++)
            {
                writer.Line();
                HostFunction.Print(lowered.Functions[i], lowered.Functions[i].Name.Substring(kernel.Name.Length) + target.Suffix, writer);
            }
        }

        writer.Line();
        PrintArguments(first, parameters, writer);
        if (first.Few is { Kernel.Schedule.Name: var schedule })
        {
            writer.Line();
            Print([.. variants.Select(v => (v.Target, v.Kernel.Few!.Value.Kernel))], FewName, $"The same for few rows.\nSchedule: {schedule}.", writer);
        }

        writer.Close();
    }

    private static string Header(TensorKernel kernel, KernelSchedule schedule)
    {
        string text = kernel.Summary;
        if (kernel.Cost != KernelCost.None) text += $"\nFLOPs: {kernel.Cost.Flops}. Bytes: {kernel.Cost.Bytes}.";
        return text + $"\nSchedule: {schedule.Name}.";
    }

    private static void PrintRun(LoweredKernel kernel, IReadOnlyList<(HostTarget Target, LoweredKernel Kernel)> variants, List<(string Type, string Name)> parameters, CodeWriter writer)
    {
        for (int i = 0; i < kernel.Functions.Count; i++)
        {
            string phase = PhaseName(kernel, i);
            writer.Line($"private static readonly delegate*<void*, int, int, void> s_{phase} =");
            writer.Line($"    HostVector.Pick({string.Join(", ", new[] { 512, 256, 128, 0 }.Select(w => Pointer(phase, w, variants)))});");
            writer.Line();
        }

        writer.Open($"public static void Run(HostRun run, {string.Join(", ", parameters.Select(p => $"{p.Type} {p.Name}"))})");
        if (kernel.Few is var (when, _))
        {
            writer.Open($"if ({HostExpressions.Print(when)})");
            writer.Line($"{FewName}.Run(run, {string.Join(", ", parameters.Select(p => p.Name))});");
            writer.Line("return;");
            writer.Close();
            writer.Line();
        }

        writer.Line("Arguments given;");
        foreach (var (_, name) in parameters) writer.Line($"given.{name} = {name};");
        foreach (var tensor in Ahead(kernel.Kernel)) writer.Line($"given.{tensor.Name} = run.Ahead;");
        if (kernel.Workspace.Count > 0)
        {
            var lengths = kernel.Workspace.Select(w => Affine.Simplify(w.Length)).ToList();
            writer.Line($"float* workspace = (float*)run.Reserve(sizeof(float) * ({string.Join(" + ", lengths.Select(l => $"HostRun.Rounded({HostExpressions.Print(l)})"))}));");
            for (int i = 0; i < lengths.Count; i++)
            {
                var buffer = kernel.Workspace[i].Buffer;
                string pointer = buffer.Format == NumberFormat.F32 ? "" : $"({HostTypes.Parameter(buffer)})";
                writer.Line($"given.{buffer.Name} = {pointer}workspace;");
                if (i + 1 < lengths.Count) writer.Line($"workspace += HostRun.Rounded({HostExpressions.Print(lengths[i])});");
            }
        }

        for (int i = 0; i < kernel.Functions.Count; i++)
            writer.Line($"run.{(kernel.Functions[i].Coarse ? "DispatchEach" : "Dispatch")}(s_{PhaseName(kernel, i)}, &given, {HostExpressions.Print(ItemsOf(variants, i))}, \"{kernel.Kernel.Name}.{PhaseName(kernel, i)}\");");
        if (kernel.Kernel.Cost != KernelCost.None) PrintCount(kernel.Kernel, writer);
        writer.Close();
    }

    // Nothing of it is worked out unless somebody measures.
    private static void PrintCount(TensorKernel kernel, CodeWriter writer)
    {
        var cost = kernel.Cost;
        writer.Line($"run.Clock?.Count(\"{kernel.Name}\", new() {{ WeightFlops = {cost.WeightFlops.Code}, WeightBytes = {cost.WeightBytes.Code}, Flops = {cost.Flops.Code}, Bytes = {cost.Bytes.Code} }});");
    }

    // The number of items differs from width to width when tiles do; the run asks the largest and each function clips.
    private static Expr ItemsOf(IReadOnlyList<(HostTarget Target, LoweredKernel Kernel)> variants, int phase)
    {
        var items = variants[0].Kernel.Functions[phase].Items;
        foreach (var (_, kernel) in variants)
        {
            if (!kernel.Functions[phase].Items.Equals(items))
                throw new LoweringException($"{kernel.Kernel.Name}: the widths disagree about the work items of phase {phase}");
        }

        return items;
    }

    private static string Pointer(string phase, int width, IReadOnlyList<(HostTarget Target, LoweredKernel Kernel)> variants)
    {
        foreach (var (target, _) in variants)
        {
            if (target.Width == width) return $"&{phase}{target.Suffix}";
        }

        return "null";
    }

    private static IEnumerable<Tensor> Ahead(TensorKernel kernel) => kernel.Tensors.Where(t => t.Role == TensorRole.Ahead);

    private static string PhaseName(LoweredKernel kernel, int i) => kernel.Functions[i].Name.Substring(kernel.Kernel.Name.Length);

    private static void PrintArguments(LoweredKernel kernel, List<(string Type, string Name)> parameters, CodeWriter writer)
    {
        writer.Open("private struct Arguments");
        foreach (var (type, name) in parameters) writer.Line($"public {type} {name};");
        foreach (var tensor in Ahead(kernel.Kernel)) writer.Line($"public byte** {tensor.Name};");
        foreach (var buffer in kernel.Workspace) writer.Line($"public {HostTypes.Parameter(buffer.Buffer)} {buffer.Buffer.Name};");
        writer.Close();
    }
}
