using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Loops.Verification;

/// <summary>Checks what every correct loop function has; run after the passes of every kernel.</summary>
public sealed class LoopVerifier
{
    private readonly LoopFunction _function;
    private readonly HashSet<string> _variables = new();
    private readonly HashSet<Buffer> _buffers = new();
    private readonly List<string> _problems = new();
    private bool _parallel;

    private LoopVerifier(LoopFunction function) => _function = function;

    /// <summary>Sentences about what is wrong; empty for a correct function.</summary>
    public static IReadOnlyList<string> Check(LoopFunction function)
    {
        var verifier = new LoopVerifier(function);
        foreach (var scalar in function.Scalars) verifier._variables.Add(scalar.Name);
        foreach (var buffer in function.Buffers) verifier._buffers.Add(buffer);
        verifier.Visit(function.Items);
        verifier.Visit(function.Body);
        return verifier._problems;
    }

    private void Problem(string text) => _problems.Add($"{_function.Name}: {text}");

    private void Define(Var variable)
    {
        if (!_variables.Add(variable.Name)) Problem($"variable {variable.Name} is defined twice");
    }

    private void Visit(Stmt statement)
    {
        switch (statement)
        {
            case Block block:
                foreach (var s in block.Body) Visit(s);
                break;
            case For loop:
                VisitLoop(loop);
                break;
            case If branch:
                Visit(branch.Condition);
                if (branch.Condition.Kind != ScalarKind.Bool) Problem("a condition is no comparison");
                Visit(branch.Then);
                break;
            case Let let:
                Visit(let.Value);
                if (let.Value.Lanes != let.Variable.Lanes || let.Value.Kind != let.Variable.Kind) Problem($"{let.Variable.Name} names a value of another kind");
                Define(let.Variable);
                break;
            case Alloc alloc:
                if (alloc.Target.Length <= 0) Problem($"{alloc.Target.Name} is opened without a size");
                if (!_buffers.Add(alloc.Target)) Problem($"{alloc.Target.Name} is opened twice");
                break;
            case Prefetch ahead:
                Use(ahead.Source, ahead.Index, ahead.Table, 1);
                break;
            case View view:
                Use(view.Source, view.Offset, view.Table, 1);
                _buffers.Add(view.Name);
                break;
            case Transpose t:
                Use(t.Target, t.Index, null, t.Rows);
                Use(t.Source, t.SourceIndex, t.Table, t.Columns);
                if (t.Factor is { } factor) Visit(factor);
                if ((t.Factor?.Lanes ?? 1) != (t.Pairs ? t.Rows : 1) || t.Factor is { Kind: not ScalarKind.F32 }) Problem($"{t.Target.Name} is transposed with a factor that is no number, or as pairs with one that is none a row");
                if (t.Target.Format != (t.Pairs ? NumberFormat.I32 : NumberFormat.F32) || t.Target.Scope == MemoryScope.Register) Problem($"{t.Target.Name} cannot take a transposed block");
                if (t.TargetStride < t.Rows || t.SourceStride < t.Columns) Problem($"rows of the block that {t.Target.Name} takes overlap");
                break;
            case Store store:
                Use(store.Target, store.Index, store.Table, store.Value.Lanes);
                Visit(store.Value);
                if (store.Value.Kind != (store.Target.Format == NumberFormat.I32 ? ScalarKind.I32 : ScalarKind.F32)) Problem($"{store.Target.Name} is given a value of another kind");
                if (!_parallel && (store.Target.Scope is MemoryScope.Argument or MemoryScope.Workspace))
                    Problem($"{store.Target.Name} is written outside the work items, by every worker");
                break;
        }
    }

    private void VisitLoop(For loop)
    {
        Visit(loop.Begin);
        Visit(loop.End);
        Define(loop.Variable);
        if (loop.Kind is LoopKind.Vector or LoopKind.Transpose) Problem($"loop {loop.Variable.Name} was not vectorised");
        if (loop.Kind != LoopKind.Parallel)
        {
            Visit(loop.Body);
            return;
        }

        if (_parallel) Problem($"parallel loop {loop.Variable.Name} is inside another");
        _parallel = true;
        Visit(loop.Body);
        _parallel = false;
    }

    private void Visit(Expr e)
    {
        switch (e)
        {
            case Var v when !_variables.Contains(v.Name):
                Problem($"{v.Name} is used before it is defined");
                return;
            case Load load:
                Use(load.Source, load.Index, load.Table, load.Width);
                return;
            case LoadWords words:
                Use(words.Source, words.Index, words.Table, words.Width);
                return;
            case LoadEvery every:
                Use(every.Source, every.Index, every.Table, every.Width * every.Step * Passes.Vectorize.PerWord(every.Source.Format));
                return;
            case Binary b when b.Left.Lanes != b.Right.Lanes || b.Left.Kind != b.Right.Kind:
                Problem($"{b.Op} mixes {b.Left.Kind} x {b.Left.Lanes} and {b.Right.Kind} x {b.Right.Lanes}");
                break;
            case MulAdd m when m.A.Lanes != m.C.Lanes || m.B.Lanes != m.C.Lanes:
                Problem("a multiply-add mixes numbers of lanes");
                break;
            case Pair p when p.Low.Kind != ScalarKind.F32 || p.High.Kind != ScalarKind.F32 || p.Low.Lanes != p.High.Lanes:
                Problem("a pair is not of two numbers");
                break;
            case PairNumber { Word.Kind: not ScalarKind.I32 }:
                Problem("a number is taken from what is no pair");
                break;
            case PairJoin p when p.A.Kind != ScalarKind.I32 || p.B.Kind != ScalarKind.I32 || p.A.Lanes != p.B.Lanes:
                Problem("halves are joined that are no pairs'");
                break;
            case PairDot d when d.A.Kind != ScalarKind.I32 || d.B.Kind != ScalarKind.I32 || d.Sum.Kind != ScalarKind.I32 || d.A.Lanes != d.Sum.Lanes || d.B.Lanes != d.Sum.Lanes:
                Problem("pairs are multiplied with what are none");
                break;
            case Select s when s.Then.Lanes != s.Else.Lanes || s.Condition.Lanes != s.Then.Lanes:
                Problem("a selection mixes numbers of lanes");
                break;
            case Broadcast { Operand.Lanes: > 1 }:
                Problem("a vector is broadcast");
                break;
        }

        foreach (var child in Walk.Children(e)) Visit(child);
    }

    private void Use(Buffer buffer, Expr index, Expr? table, int lanes)
    {
        Visit(index);
        if (table is not null) Visit(table);
        if (!_buffers.Contains(buffer)) Problem($"{buffer.Name} is used before it is opened");
        if (buffer.IsTable == table is null) Problem($"{buffer.Name} is {(buffer.IsTable ? "a table and used as an array" : "an array and used as a table")}");
        if (index.Kind != ScalarKind.I32) Problem($"{buffer.Name} is indexed by a {index.Kind}");
        if (buffer.Scope == MemoryScope.Register && index is not Const) Problem($"register buffer {buffer.Name} is indexed by a variable");
        if (index is Const c && (c.Value < 0 || (buffer.Length > 0 && c.Value + lanes > buffer.Length))) Problem($"{buffer.Name}[{c.Value}] is outside its {buffer.Length} numbers");
    }
}
