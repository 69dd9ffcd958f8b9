using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Passes;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;

namespace DeepSeekCompiler.Generators.Targets.Ilgpu;

/// <summary>Prints one loop function as an ILGPU kernel <c>static void Name(Arguments given)</c>: group g of n takes the items g, g + n, g + 2n ...</summary>
internal sealed class DeviceFunction
{
    private readonly LoopFunction _function;
    private readonly DeviceTarget _target;
    private readonly CodeWriter _writer;
    private readonly IReadOnlyDictionary<string, long> _strides;
    private readonly RegisterUse _registers;
    private readonly DeviceScratch _scratch;
    private readonly bool _alone;
    private int _values;

    private DeviceFunction(LoopFunction function, DeviceTarget target, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        // Without a lane anywhere there is nothing to share: one thread does it all, and waits for no one.
        _alone = target.Threads > 1 && !StatementWalk.Any(function.Body, e => Walk.Any(e, x => x.Lanes > 1 || x is LaneReduce));
        _function = target.Threads == 1 ? NamePlaces.RunEverywhere(function) : _alone ? function : Barriers.Run(InWarp(function, target));
        _target = target;
        _writer = writer;
        _strides = strides;
        _registers = new(function.Body);
        _scratch = DeviceScratch.Of(function.Body, target);
    }

    /// <param name="function">What to print.</param>
    /// <param name="name">Name of the method.</param>
    /// <param name="target">Threads of a group.</param>
    /// <param name="strides">Elements of an entry, of every table.</param>
    /// <param name="writer">Where to.</param>
    /// <returns>4-byte numbers of device memory that every group needs for itself.</returns>
    public static int Print(LoopFunction function, string name, DeviceTarget target, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        var printer = new DeviceFunction(function, target, strides, writer);
        printer.Print(name);
        return printer._scratch.Slot;
    }

    /// <summary>Prints a function without work items that one thread runs.</summary>
    public static void PrintPoint(LoopFunction function, string signature, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        var printer = new DeviceFunction(function, new DeviceTarget(1), strides, writer);
        writer.Open(signature);
        printer.PrintParameters();
        printer.Print(function.Body);
        writer.Close();
    }

    // A group of one warp of a CUDA device has instructions that reduce over it.
    private static LoopFunction InWarp(LoopFunction function, DeviceTarget target)
    {
        if (target.Matrix == MatrixUnit.None || target.Threads != 32) return function;
        Expr Rewrite(Expr e) => Walk.Rebuild(e, Rewrite) is var rebuilt && rebuilt is LaneReduce reduce ? reduce with { InWarp = true } : rebuilt;
        return function with { Body = StatementWalk.Map(function.Body, Rewrite) };
    }

    /// <summary>Prints a method that returns a value; <paramref name="function"/> says what it reads.</summary>
    public static void PrintValue(LoopFunction function, string signature, Expr value, IReadOnlyDictionary<string, long> strides, CodeWriter writer)
    {
        var printer = new DeviceFunction(function, new DeviceTarget(1), strides, writer);
        writer.Open(signature);
        printer.PrintParameters();
        writer.Line($"return {DeviceExpressions.Print(value)};");
        writer.Close();
    }

    private void Print(string name)
    {
        _writer.Open($"public static void {name}(Arguments given)");
        PrintParameters();
        if (_target.Threads > 1 && !_alone) _writer.Line("int lane = Group.IdxX;");
        if (StatementWalk.Any(_function.Body, e => Walk.Any(e, x => x is LaneReduce { InWarp: false }))) _writer.Line($"var exchange = SharedMemory.Allocate<float>({Number(_target.Threads)});");
        _scratch.Print(_writer, _target);
        if (_alone) _writer.Open("if (Group.IdxX == 0)");
        Print(_function.Body);
        if (_alone) _writer.Close();
        _writer.Close();
    }

    private void PrintParameters()
    {
        foreach (var buffer in _function.Buffers) _writer.Line($"var {buffer.Name} = given.{buffer.Name};");
        foreach (var buffer in _function.Buffers)
        {
            if (buffer.IsTable) _writer.Line($"const long {buffer.Name}Stride = {_strides[buffer.Name].ToString(CultureInfo.InvariantCulture)};");
        }

        foreach (var scalar in _function.Scalars) _writer.Line($"int {scalar.Name} = given.{scalar.Name};");
    }

    private void Print(Stmt statement)
    {
        switch (statement)
        {
            case Block block:
                foreach (var s in block.Body) Print(s);
                break;
            case For loop:
                string v = loop.Variable.Name;
                bool items = loop.Kind == LoopKind.Parallel;
                string from = DeviceExpressions.Print(loop.Begin);
                if (items) from = from == "0" ? "Grid.IdxX" : $"{from} + Grid.IdxX";
                _writer.Open($"for (int {v} = {from}; {v} < {DeviceExpressions.Print(loop.End)}; {(items ? v + " += Grid.DimX" : v + "++")})");
                Print(loop.Body);
                _writer.Close();
                break;
            case If branch:
                _writer.Open($"if ({DeviceExpressions.Print(branch.Condition)})");
                Print(branch.Then);
                _writer.Close();
                break;
            case Let let:
                _writer.Line($"{HostTypes.Register(let.Variable.Type, 1)} {let.Variable.Name} = {DeviceExpressions.Print(let.Value)};");
                break;
            case View view:
                PrintView(view);
                break;
            case Alloc { Target.Scope: MemoryScope.Register } alloc:
                foreach (var (type, names) in _registers.Declarations(alloc.Target)) _writer.Line($"{type} {string.Join(", ", names.Select(n => n + " = 0"))};");
                break;
            case Comment comment:
                _writer.Line("// " + comment.Text);
                break;
            case Barrier:
                _writer.Line("Group.Barrier();");
                break;
            case Store store:
                PrintStore(store);
                break;
        }
    }

    private void PrintView(View view)
    {
        string offset = DeviceExpressions.Print(view.Offset);
        if (view.Table is { } table) offset = (offset == "0" ? "" : $"{offset} + ") + DeviceExpressions.TableOffset(view.Source, table);
        _writer.Line($"var {view.Name.Name} = {view.Source.Name}.SubView({offset});");
    }

    // A scalar is the same in every lane, and one of them stores it; what takes all lanes to compute is computed in front.
    private void PrintStore(Store store)
    {
        string value = DeviceExpressions.Print(store.Value);
        if (store.Target.Scope == MemoryScope.Register)
        {
            _writer.Line($"{HostExpressions.RegisterName(store.Target, store.Index, store.Value.Lanes)} = {value};");
            return;
        }

        bool one = _target.Threads > 1 && !_alone && store.Value.Lanes == 1;
        if (one && Walk.Any(store.Value, e => e is LaneReduce))
        {
            string name = "value" + Number(_values++);
            _writer.Line($"float {name} = {value};");
            value = name;
        }

        if (store.Target.Format is NumberFormat.BF16 or NumberFormat.E4M3) value = $"DeviceMath.To{store.Target.Format}({value})";
        string element = DeviceExpressions.Element(store.Target, store.Table, store.Index, store.Value.Lanes);
        _writer.Line($"{(one ? "if (lane == 0) " : "")}{element} = {value};");
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
