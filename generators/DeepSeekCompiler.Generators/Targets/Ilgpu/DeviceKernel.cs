using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Targets.Cuda;
using DeepSeekCompiler.Generators.Targets.Host;

namespace DeepSeekCompiler.Generators.Targets.Ilgpu;

/// <summary>Prints a lowered kernel for a device as a static class: an Arguments struct, a Run method, and an ILGPU kernel for every phase.</summary>
public static class DeviceKernel
{
    /// <param name="lowered">The kernel, lowered for the target.</param>
    /// <param name="target">Threads of a group.</param>
    /// <param name="hides">It stands in for the kernel of that name in the class that the program is derived from.</param>
    /// <param name="depth">How far it is indented.</param>
    /// <returns>The class.</returns>
    public static string Print(LoweredKernel lowered, DeviceTarget target, bool hides, int depth = 2)
    {
        if (lowered.Threads > 0) target = target.Of(lowered.Threads);
        var writer = new CodeWriter(depth);
        var kernel = lowered.Kernel;
        writer.Summary($"{kernel.Summary}\nSchedule: {lowered.Schedule.Name}; groups of {Number(target.Threads)}.");
        writer.Open($"public static {(hides ? "new " : "")}class {kernel.Name}");
        var parameters = new List<(string Type, string Name)>();
        foreach (var tensor in kernel.Tensors)
        {
            if (tensor.IsArgument) parameters.Add(($"ArrayView<{HostTypes.Element(tensor.Format)}>", tensor.Name));
        }

        foreach (var scalar in kernel.Scalars)
        {
            if (scalar != kernel.Repeat?.Counter) parameters.Add((DeviceScalars.Type(scalar), scalar.Name));
        }

        // Kernels are printed first, because the launch needs to know how much memory of its own a group takes.
        var strides = Strides(kernel);
        var body = new CodeWriter(writer.Depth);
        var slots = new List<int>();
        foreach (var function in lowered.Functions)
        {
            body.Line();
            string name = Phase(lowered, slots.Count);
            if (function is TensorFunction tensor)
            {
                MatrixKernel.Print(tensor, name, strides, body);
                slots.Add(0);
            }
            else if (function is AttentionFunction attention)
            {
                AttentionKernel.Print(attention, name, strides, body);
                slots.Add(0);
            }
            else if (function is FlashFunction flash)
            {
                FlashAttention.Print(flash, name, strides, body);
                slots.Add(0);
            }
            else if (function is RowFunction row)
            {
                RowKernel.Print(row, target, name, strides, body);
                slots.Add(0);
            }
            else
            {
                slots.Add(DeviceFunction.Print(function, name, target, strides, body));
            }
        }

        PrintRun(lowered, parameters, slots, writer);
        writer.Raw(body.ToString());
        writer.Line();
        writer.Open("public struct Arguments");
        foreach (var (type, name) in parameters) writer.Line($"public {type} {name};");
        if (kernel.Repeat is { } repeat) writer.Line($"public int {repeat.Counter.Name};");
        foreach (var buffer in lowered.Workspace) writer.Line($"public ArrayView<{HostTypes.Element(buffer.Buffer.Format)}> {buffer.Buffer.Name};");
        if (slots.Exists(s => s > 0)) writer.Line("public ArrayView<float> scratch;");
        foreach (var map in lowered.Functions.SelectMany(Maps)) writer.Line($"public long {map.Name};");
        writer.Close();
        writer.Close();
        return writer.ToString();
    }

    private static void PrintRun(LoweredKernel lowered, List<(string Type, string Name)> parameters, List<int> slots, CodeWriter writer)
    {
        for (int i = 0; i < slots.Count; i++)
            writer.Line($"private static readonly DeviceKernel<Arguments> s_{Phase(lowered, i)} = new(\"{lowered.Kernel.Name}.{Phase(lowered, i)}\", {Phase(lowered, i)}, {Number(slots[i])}{Group(lowered.Functions[i], lowered.Threads)});");
        writer.Line();
        writer.Open($"public static void Run(DeviceRun run, {string.Join(", ", parameters.Select(p => $"{DeviceScalars.OnTheHost(p.Type)} {p.Name}"))})");
        writer.Line("Arguments given = default;");
        foreach (var (_, name) in parameters) writer.Line($"given.{name} = {name};");
        if (lowered.Workspace.Count > 0)
        {
            var lengths = lowered.Workspace.Select(Numbers).ToList();
            writer.Line($"var workspace = run.Workspace({string.Join(" + ", lengths.Select(l => $"DeviceRun.Rounded({l})"))});");
            string start = "0";
            for (int i = 0; i < lengths.Count; i++)
            {
                string format = HostTypes.Element(lowered.Workspace[i].Buffer.Format);
                writer.Line($"given.{lowered.Workspace[i].Buffer.Name} = workspace.SubView({start}, {lengths[i]}){(format == "float" ? "" : $".Cast<{format}>()")};");
                start = (start == "0" ? "" : start + " + ") + $"DeviceRun.Rounded({lengths[i]})";
            }
        }

        if (lowered.Kernel.Repeat is var (counter, launches))
        {
            writer.Open($"for (int {counter.Name} = 0; {counter.Name} < {DeviceExpressions.Print(Affine.Simplify(launches))}; {counter.Name}++)");
            writer.Line($"given.{counter.Name} = {counter.Name};");
        }

        for (int i = 0; i < slots.Count; i++)
        {
            string items = DeviceExpressions.Print(lowered.Functions[i].Items);
            foreach (var map in Maps(lowered.Functions[i])) writer.Line($"given.{map.Name} = {map.Call};");
            if (slots[i] > 0) writer.Line($"given.scratch = run.Scratch(s_{Phase(lowered, i)}, {items});");
            writer.Line($"run.Launch(s_{Phase(lowered, i)}, given, {items});");
        }

        if (lowered.Kernel.Repeat is not null) writer.Close();
        writer.Close();
    }

    // Threads and dynamic shared memory of a group, where they are not the program's.
    private static string Group(LoopFunction function, int threads) => function switch
    {
        TensorFunction { Tile: var tile } => ", " + Number(tile.Threads) + (tile.DynamicBytes == 0 ? "" : ", " + Number(tile.DynamicBytes)),
        FlashFunction { Phase.Tile: var tile } => $", {Number(tile.Threads)}, {Number(tile.DynamicBytes)}",
        AttentionFunction { Work: var work } => ", " + Number(work.Threads) + (work.DynamicBytes == 0 ? "" : ", " + Number(work.DynamicBytes)),
        RowFunction { Tile: var tile } => $", {Number(tile.Threads)}",
        _ => threads == 0 ? "" : $", {Number(threads)}, plain: true",
    };

    private static IReadOnlyList<TileMap> Maps(LoopFunction function) => function switch
    {
        TensorFunction { Tile.DynamicBytes: > 0 } tensor => TileMap.Of(tensor),
        FlashFunction { Phase.Tile.Warpgroups: true } flash => FlashBoxes.Maps(flash),
        _ => [],
    };

    // In 4-byte numbers.
    private static string Numbers(WorkspaceBuffer workspace)
    {
        int size = workspace.Buffer.Format.Bytes();
        return DeviceExpressions.Print(Affine.Simplify(size == 4 ? workspace.Length : (workspace.Length * size + 3) / 4));
    }

    private static Dictionary<string, long> Strides(TensorKernel kernel)
    {
        var strides = new Dictionary<string, long>();
        foreach (var tensor in kernel.Tensors)
        {
            if (!tensor.IsTable) continue;
            long stride = 1;
            for (int i = 1; i < tensor.Dims.Count; i++)
                stride *= tensor.Dims[i].Size is Const c ? (long)c.Value : throw new LoweringException($"{kernel.Name}: the entries of table {tensor.Name} have no constant length");
            strides[tensor.Name] = tensor.Pitch > 0 ? tensor.Pitch : stride;
        }

        return strides;
    }

    private static string Phase(LoweredKernel lowered, int i) => lowered.Functions[i].Name.Substring(lowered.Kernel.Name.Length);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
