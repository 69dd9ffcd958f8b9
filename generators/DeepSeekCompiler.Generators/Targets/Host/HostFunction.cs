using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Targets.Host;

/// <summary>Prints one loop function as a C# method <c>static void Name(void* arguments, int begin, int end)</c>. Loops over items that share nothing become
/// methods of their own: the just-in-time compiler gives up on the registers of long methods.</summary>
internal sealed class HostFunction
{
    private readonly LoopFunction _function;
    private readonly CodeWriter _writer;
    private readonly RegisterUse _registers;
    private readonly List<Buffer> _scratch;
    private readonly HostOutline _outline;
    private readonly List<(string Name, Stmt Nest)> _methods = new();
    private readonly string _name;
    private readonly bool _single;

    private HostFunction(LoopFunction function, bool whole, string name, CodeWriter writer)
    {
        _function = function;
        _name = name;
        _outline = new(function.Body);
        _writer = writer;
        _registers = new(function.Body);
        var statements = StatementWalk.All(function.Body).ToList();
        _scratch = [.. statements.OfType<Alloc>().Select(alloc => alloc.Target).Where(buffer => buffer.Scope == MemoryScope.Scratch)];
        _single = whole && statements.Count(s => s is For { Kind: LoopKind.Parallel }) == 1;
    }

    public static void Print(LoopFunction function, string name, CodeWriter writer)
    {
        function = Loops.Passes.NamePlaces.Run(Loops.Passes.NameRuns.Run(Loops.Passes.JoinSums.Run(function)));
        var loops = ((Block)function.Body).Body;
        if (loops.Count < 2 || loops.Any(s => s is not For { Kind: LoopKind.Parallel }))
        {
            new HostFunction(function, true, name, writer).Print();
            return;
        }

        writer.Open($"private static void {name}(void* arguments, int begin, int end)");
        for (int i = 0; i < loops.Count; i++) writer.Line($"{name}_{Number(i)}(arguments, begin, end);");
        writer.Close();
        for (int i = 0; i < loops.Count; i++)
        {
            writer.Line();
            new HostFunction(Part(function, loops[i]), false, $"{name}_{Number(i)}", writer).Print();
        }
    }

    private static LoopFunction Part(LoopFunction function, Stmt loop)
    {
        var used = new List<Buffer>();
        BufferUse.Collect(loop, used);
        var part = function with { Buffers = [.. function.Buffers.Where(used.Contains)], Items = Const.Zero, Body = loop };
        return part with { Scalars = BufferUse.Scalars(part, function.Scalars) };
    }

    private void Print()
    {
        _writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        _writer.Open($"private static void {_name}(void* arguments, int begin, int end)");
        if (_function.Scalars.Count + _function.Buffers.Count > 0) _writer.Line("var given = (Arguments*)arguments;");
        foreach (var buffer in _function.Buffers) _writer.Line($"{HostTypes.Parameter(buffer)} {buffer.Name} = given->{buffer.Name};");
        foreach (var scalar in _function.Scalars) _writer.Line($"int {scalar.Name} = given->{scalar.Name};");
        foreach (var buffer in _scratch)
        {
            string element = HostTypes.Element(buffer.Format);
            int pad = 64 / buffer.Format.Bytes();
            _writer.Line($"{element}* {buffer.Name}Raw = stackalloc {element}[{Number(buffer.Length + pad)}];");
            _writer.Line($"{element}* {buffer.Name} = ({element}*)(((nuint){buffer.Name}Raw + 63) & ~(nuint)63);");
        }

        Print(_function.Body);
        _writer.Close();
        foreach (var (name, nest) in _methods)
        {
            _writer.Line();
            _writer.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]");
            _writer.Open($"private static void {name}({string.Join(", ", _outline.Parameters(nest)!.Select(p => p.Type + " " + p.Name))})");
            if (nest is For loop) PrintLoop(loop);
            else Print(((If)nest).Then);
            _writer.Close();
        }
    }

    private void Print(Stmt statement)
    {
        switch (statement)
        {
            case Block block:
                foreach (var s in block.Body) Print(s);
                break;
            case For { Kind: LoopKind.Parallel } loop:
                PrintItems(loop);
                break;
            case For loop when _outline.Parameters(loop) is { } given:
                PrintCall(loop, new Binary(BinaryOp.Less, loop.Begin, loop.End), given);
                break;
            case For loop:
                PrintLoop(loop);
                break;
            case If branch when _outline.Parameters(branch) is { } given:
                PrintCall(branch, branch.Condition, given);
                break;
            case If branch:
                _writer.Open($"if ({HostExpressions.Print(branch.Condition)})");
                Print(branch.Then);
                _writer.Close();
                break;
            case Let let:
                _writer.Line($"{(let.Value.Lanes > 1 ? "var" : HostTypes.Register(let.Variable.Type, 1))} {let.Variable.Name} = {HostExpressions.Print(let.Value)};");
                break;
            case View view:
                _writer.Line($"{HostTypes.Element(view.Name.Format)}* {view.Name.Name} = {HostExpressions.Address(view.Source, view.Table, view.Offset)};");
                break;
            case Alloc { Target.Scope: MemoryScope.Register } alloc:
                PrintRegisters(alloc.Target);
                break;
            case Alloc:
                break;
            case Comment comment:
                _writer.Line("// " + comment.Text);
                break;
            case Prefetch ahead:
                _writer.Line($"if (Sse.IsSupported) Sse.Prefetch1({HostExpressions.Address(ahead.Source, ahead.Table, ahead.Index)});");
                break;
            case Transpose t:
                _writer.Line(TransposeText(t));
                break;
            case Store store:
                _writer.Line(StoreText(store));
                break;
        }
    }

    private void PrintCall(Stmt nest, Expr condition, IReadOnlyList<(string Type, string Name)> given)
    {
        string method = _name + "Nest" + Number(_methods.Count + 1);
        _methods.Add((method, nest));
        _writer.Line($"if ({HostExpressions.Print(condition)}) {method}({string.Join(", ", given.Select(p => p.Name))});");
    }

    private void PrintLoop(For loop)
    {
        string v = loop.Variable.Name;
        _writer.Open($"for (int {v} = {HostExpressions.Print(loop.Begin)}; {v} < {HostExpressions.Print(loop.End)}; {v}++)");
        Print(loop.Body);
        _writer.Close();
    }

    // A worker's items may begin and end anywhere in those of a loop.
    private void PrintItems(For loop)
    {
        string v = loop.Variable.Name;
        string from = _single ? "begin" : loop.Begin is Const { Value: 0 } ? "begin" : $"Math.Max(begin, {HostExpressions.Print(loop.Begin)})";
        string to = _single ? "end" : v + "End";
        if (!_single) _writer.Line($"int {to} = Math.Min(end, {HostExpressions.Print(loop.End)});");
        _writer.Open($"for (int {v} = {from}; {v} < {to}; {v}++)");
        Print(loop.Body);
        _writer.Close();
    }

    private void PrintRegisters(Buffer buffer)
    {
        foreach (var (kind, lanes, names) in _registers.Locals(buffer)) _writer.Line($"{HostTypes.Register(kind, lanes)} {string.Join(", ", names)};");
    }

    private static string TransposeText(Transpose t)
    {
        string format = t.Source.Format == NumberFormat.F32 ? "" : t.Source.Format.ToString();
        string factor = t.Factor is null ? "" : ", " + HostExpressions.Print(t.Factor);
        return $"Lanes.Transpose{format}{(t.Pairs ? "Pairs" : "")}_{HostTypes.Bits(t.Rows)}({HostExpressions.Address(t.Source, t.Table, t.SourceIndex)}, {Number(t.SourceStride)}, {HostExpressions.Address(t.Target, null, t.Index)}, {Number(t.TargetStride)}{factor});";
    }

    private static string StoreText(Store store)
    {
        string value = HostExpressions.Print(store.Value);
        if (store.Target.Scope == MemoryScope.Register) return $"{HostExpressions.RegisterName(store.Target, store.Index, store.Value.Lanes)} = {value};";
        if (store.Value.Lanes > 1)
        {
            string address = HostExpressions.Address(store.Target, store.Table, store.Index);
            return store.Target.Format is NumberFormat.F32 or NumberFormat.I32
                ? $"{HostTypes.Vector(store.Value.Lanes)}.Store({value}, {address});"
                : $"Lanes.Store{store.Target.Format}({value}, {address});";
        }

        string element = $"{HostExpressions.Pointer(store.Target, store.Table)}[{HostExpressions.Print(store.Index)}]";
        return store.Target.Format is NumberFormat.BF16 or NumberFormat.F16 or NumberFormat.E4M3 ? $"{element} = Scalars.To{store.Target.Format}({value});" : $"{element} = {value};";
    }

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
