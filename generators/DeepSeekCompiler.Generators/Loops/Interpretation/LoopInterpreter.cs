using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Loops.Interpretation;

/// <summary>Runs loop-level code as its nodes say, before or after any pass: what schedules, passes and targets are compared with. Arithmetic rounds to
/// float32 after every operation; a fused multiply-add rounds once.</summary>
public sealed class LoopInterpreter
{
    private readonly Memory _memory;
    private readonly Dictionary<string, Value> _variables = new();
    private readonly Dictionary<Buffer, Storage> _local = new();
    private readonly Dictionary<Buffer, (Storage Source, int Offset)> _views = new();
    private int _begin;
    private int _end;

    private LoopInterpreter(Memory memory) => _memory = memory;

    /// <summary>Runs all items, in as many chunks as asked for, as workers would.</summary>
    public static void Run(LoopFunction function, Memory memory, int chunks = 1)
    {
        int items = (int)new LoopInterpreter(memory).Scalar(function.Items);
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            var interpreter = new LoopInterpreter(memory) { _begin = (int)((long)items * chunk / chunks), _end = (int)((long)items * (chunk + 1) / chunks) };
            interpreter.Execute(function.Body);
        }
    }

    private void Execute(Stmt statement)
    {
        switch (statement)
        {
            case Block block:
                foreach (var s in block.Body) Execute(s);
                break;
            case For loop:
                Loop(loop);
                break;
            case If branch:
                if (Scalar(branch.Condition) != 0) Execute(branch.Then);
                break;
            case Let let:
                _variables[let.Variable.Name] = Evaluate(let.Value);
                break;
            case Alloc alloc:
                _local[alloc.Target] = new Storage(alloc.Target.Length);
                break;
            case View view:
                var (source, offset) = Find(view.Source, view.Table);
                _views[view.Name] = (source, offset + (int)Scalar(view.Offset));
                break;
            case Transpose transpose:
                Run(transpose);
                break;
            case Store store:
                var value = Evaluate(store.Value);
                var (target, start) = Find(store.Target, store.Table);
                int index = start + (int)Scalar(store.Index);
                for (int i = 0; i < value.Lanes.Length; i++) target.Store(index + i, Encode(value.Lanes[i], store.Target.Format), store.Target.Name);
                break;
        }
    }

    private void Run(Transpose t)
    {
        var (target, to) = Find(t.Target, null);
        var (source, from) = Find(t.Source, t.Table);
        to += (int)Scalar(t.Index);
        from += (int)Scalar(t.SourceIndex);
        var factors = t.Factor is null ? [1] : Evaluate(t.Factor).Lanes;
        int step = t.Pairs ? 2 : 1;
        for (int row = 0; row < t.Rows; row++)
        {
            double Number(int column) => (float)(source.Load(from + (row * t.SourceStride) + column, t.Source.Name) * factors[row % factors.Length]);
            for (int column = 0; column < t.Columns; column += step)
                target.Store(to + (column / step * t.TargetStride) + row, t.Pairs ? Words16.Pair(Number(column), Number(column + 1)) : Number(column), t.Target.Name);
        }
    }

    private void Loop(For loop)
    {
        int begin = (int)Scalar(loop.Begin), end = (int)Scalar(loop.End);
        if (loop.Kind == LoopKind.Parallel) (begin, end) = (Math.Max(begin, _begin), Math.Min(end, _end));
        for (int i = begin; i < end; i++)
        {
            _variables[loop.Variable.Name] = new Value([i]);
            Execute(loop.Body);
        }
    }

    private (Storage Storage, int Offset) Find(Buffer buffer, Expr? table)
    {
        if (_views.TryGetValue(buffer, out var view)) return view;
        if (_local.TryGetValue(buffer, out var local)) return (local, 0);
        if (table is not null) return (_memory.Tables[buffer.Name][(int)Scalar(table)], 0);
        return _memory.Buffers.TryGetValue(buffer.Name, out var given) ? (given, 0) : throw new InterpretationException($"{buffer.Name} is used, but nothing was given for it");
    }

    private double Scalar(Expr e) => Evaluate(e).Lanes[0];

    private Value Evaluate(Expr e)
    {
        switch (e)
        {
            case Const c: return new Value([c.Type == ScalarKind.F32 ? (float)c.Value : c.Value]);
            case Var v: return _variables.TryGetValue(v.Name, out var known) ? known : new Value([_memory.Scalars[v.Name]]);
            case Load load: return Read(load.Source, load.Table, load.Index, load.Width, 1);
            case LoadWords words: return Words(words);
            case LoadEvery every: return Every(every);
            case CodePairs pairs: return Evaluate(pairs.Words);
            case Unpack unpack:
                var packed = Evaluate(unpack.Words);
                return new Value(packed.Lanes.Select(at => packed.Source!.Load((int)at + unpack.Sub, "words")).ToArray());
            case Broadcast b:
                double same = Scalar(b.Operand);
                return new Value(Enumerable.Repeat(same, b.Width).ToArray());
            case Ramp ramp:
                double first = Scalar(ramp.Start);
                return new Value(Enumerable.Range(0, ramp.Width).Select(i => first + i).ToArray());
            case LaneReduce r:
                var lanes = Evaluate(r.Operand).Lanes;
                return new Value([r.Op == ReduceOp.Max ? lanes.Max() : r.Op == ReduceOp.Largest ? lanes.Aggregate((a, b) => Math.Max(Math.Abs(a), Math.Abs(b))) : lanes.Aggregate((a, b) => (float)(a + b))]);
            case LaneSums s:
                return new Value(new[] { s.A, s.B, s.C, s.D }.Select(v => Evaluate(v).Lanes.Aggregate((a, b) => (float)(a + b))).ToArray());
            case MulAdd m: return Value.Zip(Evaluate(m.A), Evaluate(m.B), Evaluate(m.C), (a, b, c) => (float)((a * b) + c));
            case Pair p: return Value.Zip(Evaluate(p.Low), Evaluate(p.High), Words16.Pair);
            case PairNumber p: return Evaluate(p.Word).Map(w => Words16.Number(w, p.High));
            case PairJoin p: return Value.Zip(Evaluate(p.A), Evaluate(p.B), (a, b) => Words16.Join(a, b, p.High));
            case PairDot d: return Value.Zip(Evaluate(d.A), Evaluate(d.B), Evaluate(d.Sum), Words16.Dot);
            case Cast cast: return Evaluate(cast.Operand);
            case Select s: return Value.Zip(Evaluate(s.Condition), Evaluate(s.Then), Evaluate(s.Else), (c, a, b) => c != 0 ? a : b);
            case Unary u: return Evaluate(u.Operand).Map(x => Apply(u, x));
            case Binary b:
                bool integer = b.Left.Kind == ScalarKind.I32;
                return Value.Zip(Evaluate(b.Left), Evaluate(b.Right), (x, y) => Apply(b.Op, x, y, integer));
            default: throw new InterpretationException($"{e.GetType().Name} is no loop-level expression");
        }
    }

    private Value Read(Buffer buffer, Expr? table, Expr index, int width, int stride)
    {
        var (storage, offset) = Find(buffer, table);
        int at = offset + (int)Scalar(index);
        var lanes = new double[width];
        for (int i = 0; i < width; i++) lanes[i] = storage.Load(at + (i * stride), buffer.Name);
        return new Value(lanes);
    }

    private Value Every(LoadEvery every)
    {
        var (storage, offset) = Find(every.Source, every.Table);
        int per = Passes.Vectorize.PerWord(every.Source.Format), at = offset + (int)Scalar(every.Index);
        for (int i = 0; i < every.Width * every.Step * per; i++) storage.Load(at + i, every.Source.Name);
        var places = Enumerable.Range(0, every.Width).Select(i => at + ((every.First + (i * every.Step)) * per));
        return every.Kind == ScalarKind.F32 ? new Value(places.Select(p => storage.Load(p, every.Source.Name)).ToArray())
            : new Value(places.Select(p => (double)p).ToArray()) { Source = storage };
    }

    // A word is kept as the place of its first number.
    private Value Words(LoadWords words)
    {
        var (storage, offset) = Find(words.Source, words.Table);
        int at = offset + (int)Scalar(words.Index), per = Passes.Vectorize.PerWord(words.Source.Format);
        for (int i = 0; i < words.Width * per; i++) storage.Load(at + i, words.Source.Name);
        return new Value(Enumerable.Range(0, words.Width).Select(i => (double)(at + (i * per))).ToArray()) { Source = storage };
    }

    private static double Apply(Unary u, double x) => u.Op switch
    {
        UnaryOp.Neg => -x,
        UnaryOp.Abs => Math.Abs(x),
        UnaryOp.Exp => (float)Math.Exp(x),
        UnaryOp.Sqrt => (float)Math.Sqrt(x),
        UnaryOp.RoundBF16 => Rounding.BF16(x),
        _ => Rounding.E4M3(x),
    };

    private static double Apply(BinaryOp op, double x, double y, bool integer)
    {
        switch (op)
        {
            case BinaryOp.Min: return Math.Min(x, y);
            case BinaryOp.Max: return Math.Max(x, y);
            case BinaryOp.Largest: return Math.Max(Math.Abs(x), Math.Abs(y));
            case BinaryOp.Less: return x < y ? 1 : 0;
            case BinaryOp.LessEqual: return x <= y ? 1 : 0;
            case BinaryOp.Equal: return x == y ? 1 : 0;
            case BinaryOp.And: return x != 0 && y != 0 ? 1 : 0;
        }

        if (integer) return op switch { BinaryOp.Add => x + y, BinaryOp.Sub => x - y, BinaryOp.Mul => x * y, BinaryOp.Div => (int)x / (int)y, _ => (int)x % (int)y };
        return op switch { BinaryOp.Add => (float)(x + y), BinaryOp.Sub => (float)(x - y), BinaryOp.Mul => (float)(x * y), BinaryOp.Div => (float)(x / y), _ => x % y };
    }

    private static double Encode(double value, NumberFormat format) => format switch
    {
        NumberFormat.BF16 => Rounding.BF16(value),
        NumberFormat.E4M3 => Rounding.E4M3(value) * Storage.E4M3Factor,
        _ => value,
    };
}
