using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>Turns one phase of a scheduled kernel into a loop nest. Stages that share outer loops stand inside one nest;
/// unrolled loops are written out; the tails of split axes become nests of their own.</summary>
internal sealed class PhaseLowering
{
    private readonly TensorKernel _kernel;
    private readonly Phase _phase;
    private readonly IReadOnlyDictionary<Tensor, Buffer> _arguments;
    private readonly Names _names = new();
    private readonly ExpressionLowering _expressions;
    private readonly ReductionLowering _reductions;
    private readonly Dictionary<Axis, Split> _splits = new();

    public PhaseLowering(TensorKernel kernel, Phase phase, IReadOnlyDictionary<Tensor, Buffer> arguments, IReadOnlyDictionary<Tensor, TileLayout> layouts, IReadOnlyCollection<Tensor> staged)
    {
        _kernel = kernel;
        _phase = phase;
        _arguments = arguments;
        _expressions = new(arguments, layouts, staged);
        _reductions = new(_expressions, _names);
        foreach (var scalar in kernel.Scalars) _names.Fresh(scalar.Name);
        foreach (var buffer in arguments.Values) _names.Fresh(buffer.Name);
        foreach (var split in phase.Splits) _splits[split.Axis] = split;
    }

    public LoopFunction Lower(IReadOnlyList<Buffer> buffers)
    {
        var scope = new Scope();
        var body = new List<Stmt>();
        scope = LowerGroup(_phase.Prologue, 0, scope, body);
        Expr items = Const.Zero;
        foreach (var branch in _phase.Branches) items = LowerBranch(branch, items, scope, body);
        return new LoopFunction(_kernel.Name + _phase.Name, _kernel.Scalars, buffers, Affine.Simplify(items), new Block(body));
    }

    private Split SplitOf(Axis axis)
    {
        if (!_splits.TryGetValue(axis, out var split)) _splits[axis] = split = Split.Whole(axis);
        return split;
    }

    // ---- work items -------------------------------------------------------------------------------------------------

    private Expr LowerBranch(IReadOnlyList<StageSchedule> branch, Expr offset, Scope scope, List<Stmt> into)
    {
        var parallel = new List<LoopSpec>();
        foreach (var loop in branch[0].Order)
        {
            if (loop.Kind == LoopKind.Parallel) parallel.Add(loop);
        }

        var choice = new Segment[parallel.Count];
        return LowerItems(branch, parallel, choice, 0, offset, scope, into);
    }

    private Expr LowerItems(IReadOnlyList<StageSchedule> branch, List<LoopSpec> parallel, Segment[] choice, int at, Expr offset, Scope scope, List<Stmt> into)
    {
        if (at < parallel.Count)
        {
            foreach (var segment in SplitOf(parallel[at].Axis).Segments)
            {
                choice[at] = segment;
                offset = LowerItems(branch, parallel, choice, at + 1, offset, scope, into);
            }

            return offset;
        }

        var counts = new Expr[parallel.Count];
        Expr total = Const.One;
        for (int i = 0; i < counts.Length; i++)
        {
            counts[i] = _expressions.Lower(choice[i].Parts[parallel[i].Part].Count, scope);
            total *= counts[i];
        }

        var item = new Var(_names.Fresh("item"), ScalarKind.I32, offset is Const o && total is Const t ? (int)(o.Value + t.Value) : 0);
        var body = new List<Stmt>();
        Expr rest = item;
        if (offset is not Const { Value: 0 }) rest = Name("local", Affine.Simplify(item - offset), total is Const c ? (int)c.Value : 0, body);
        for (int i = counts.Length - 1; i >= 0; i--)
        {
            int bound = counts[i] is Const n ? (int)n.Value : 0;
            Expr value = i == 0 ? rest : rest % counts[i];
            if (i > 0) rest = rest / counts[i];
            if (value is not (Var or Const)) value = Name(parallel[i].Axis.Name, Affine.Simplify(value), bound, body);
            var split = SplitOf(parallel[i].Axis);
            scope = scope.With(parallel[i].Axis, new AxisState(split, choice[i], new Expr?[choice[i].Parts.Count]).With(parallel[i].Part, value));
        }

        LowerGroup(branch, parallel.Count, scope, body);
        Expr end = Affine.Simplify(offset + total);
        into.Add(new For(item, offset, end, LoopKind.Parallel, new Block(body)));
        return end;
    }

    private Var Name(string wish, Expr value, int bound, List<Stmt> into)
    {
        var variable = new Var(_names.Fresh(wish), ScalarKind.I32, bound);
        into.Add(new Let(variable, value));
        return variable;
    }

    // ---- nests ------------------------------------------------------------------------------------------------------

    private Scope LowerGroup(IReadOnlyList<StageSchedule> stages, int depth, Scope scope, List<Stmt> into)
    {
        foreach (var stage in stages) scope = Open(stage, depth, scope, into);
        for (int i = 0; i < stages.Count;)
        {
            var stage = stages[i];
            if (stage.Order.Count == depth)
            {
                LowerLeaf(stage, scope, into);
                i++;
                continue;
            }

            var run = new List<StageSchedule> { stage };
            while (++i < stages.Count && stages[i].Fuse > depth)
            {
                if (!stages[i].Order[depth].Equals(stage.Order[depth]))
                    throw new LoweringException($"{_kernel.Name}: {stages[i].Stage.Name} shares loop {depth} with {stage.Stage.Name}, but runs another loop there");
                run.Add(stages[i]);
            }

            if (stage.Remark is { } remark && (depth == stage.Fuse || run.Count == 1) && depth >= stage.Fuse && IsOutermost(stage, depth))
                into.Add(new Comment(remark));
            LowerLoop(run, depth, scope, into);
        }

        return scope;
    }

    private static bool IsOutermost(StageSchedule stage, int depth)
    {
        int first = stage.Fuse;
        while (first < stage.Order.Count && stage.Order[first].Kind == LoopKind.Parallel) first++;
        return depth == first;
    }

    private void LowerLoop(List<StageSchedule> run, int depth, Scope scope, List<Stmt> into)
    {
        var loop = run[0].Order[depth];
        var starting = new List<StageSchedule>();
        foreach (var stage in run)
        {
            if (stage.Stage is not Reduce reduce || stage.BlockAt > 0 || FirstReduced(stage, reduce) != depth) continue;
            starting.Add(stage);
            scope = _reductions.Begin(stage, reduce, depth, scope, SplitOf, into);
        }

        var state = scope[loop.Axis] ?? new AxisState(loop.Whole ? Split.Whole(loop.Axis) : SplitOf(loop.Axis), null, []);
        foreach (var segment in state.Segment is { } known ? [known] : state.Split.Segments)
        {
            if (!loop.Takes(segment)) continue;
            var inside = state.Segment is null ? state.In(segment) : state;
            Run(run, depth, loop, segment.Parts[loop.Part].Count, inside, scope, into);
        }

        foreach (var stage in starting) _reductions.End(stage, (Reduce)stage.Stage, scope, SplitOf, into);
    }

    private void Run(List<StageSchedule> run, int depth, LoopSpec loop, Expr countExpr, AxisState state, Scope scope, List<Stmt> into)
    {
        var count = Affine.Simplify(_expressions.Lower(countExpr, scope));
        if (count is Const { Value: 0 }) return;
        if (count is Select { Then: Const { Value: 1 }, Else: Const { Value: 0 } } choice)
        {
            var chosen = new List<Stmt>();
            Inside(run, depth + 1, scope.With(loop.Axis, state.With(loop.Part, Const.Zero)), chosen);
            into.Add(new If(choice.Condition, new Block(chosen)));
            return;
        }

        if (count is Const { Value: 1 })
        {
            Inside(run, depth + 1, scope.With(loop.Axis, state.With(loop.Part, Const.Zero)), into);
            return;
        }

        if (loop.Kind == LoopKind.Unroll)
        {
            if (count is not Const trips) throw new LoweringException($"{_kernel.Name}: loop {loop.Axis.Name} is unrolled, but its count is known at run time only");
            for (int i = 0; i < trips.Value; i++)
                Inside(run, depth + 1, scope.With(loop.Axis, state.With(loop.Part, Const.Int(i))), into);
            return;
        }

        int bound = count is Const c ? (int)c.Value : loop.Axis.Max;
        var variable = new Var(_names.Fresh(loop.Axis.Name + (state.Variables.Length > 1 ? "_" + "0123"[loop.Part] : "")), ScalarKind.I32, bound);
        if (count is not (Const or Var)) count = Name(variable.Name + "Count", count, 0, into);
        var body = new List<Stmt>();
        Inside(run, depth + 1, scope.With(loop.Axis, state.With(loop.Part, variable)), body);
        into.Add(new For(variable, Const.Zero, count, loop.Kind, new Block(body)));
    }

    private void Inside(List<StageSchedule> run, int depth, Scope scope, List<Stmt> into)
    {
        var single = run.Count == 1 ? run[0] : null;
        if (single is { Prefetch.Count: > 0 } && single.PrefetchAt == depth)
        {
            var start = scope.AtStart(single, depth, true);
            foreach (var ahead in single.Prefetch)
            {
                var (buffer, table, index) = _expressions.Address(ahead, start);
                into.Add(new Prefetch(buffer, index, table));
            }
        }

        if (single is { Stage: Reduce tiled } && single.BlockAt == depth && depth > 0)
        {
            var tile = _reductions.BeginTile(single, tiled, depth, scope, SplitOf, into);
            LowerGroup(run, depth, tile, into);
            _reductions.EndTile(single, tiled, tile, SplitOf, into);
            return;
        }

        if (single is not { Stage: Reduce reduce } || single.ScaleAt != depth || single.ScaleAt == 0)
        {
            LowerGroup(run, depth, scope, into);
            return;
        }

        var block = _reductions.BeginBlock(single, reduce, depth, scope, SplitOf, into);
        LowerGroup(run, depth, block, into);
        _reductions.EndBlock(single, reduce, depth, scope, block, SplitOf, into);
    }

    private static int FirstReduced(StageSchedule stage, Reduce reduce)
    {
        for (int i = 0; i < stage.Order.Count; i++)
        {
            foreach (var axis in reduce.Over)
            {
                if (axis == stage.Order[i].Axis) return i;
            }
        }

        throw new LoweringException($"{stage.Stage.Name} has no loop over what it reduces");
    }

    // ---- leaves -----------------------------------------------------------------------------------------------------

    private void LowerLeaf(StageSchedule stage, Scope scope, List<Stmt> into)
    {
        foreach (var axis in stage.Once) scope = scope.AtStart(axis);
        if (stage.Stage is Reduce reduce)
        {
            _reductions.Accumulate(stage, reduce, scope, into);
            return;
        }

        var map = (Map)stage.Stage;
        var (buffer, table, index) = _expressions.Address(map.Target, scope);
        into.Add(new Store(buffer, index, _expressions.Lower(map.Value, scope), table));
    }

    private Scope Open(StageSchedule stage, int depth, Scope scope, List<Stmt> into)
    {
        var tensor = stage.Stage.Target.Tensor;
        if (tensor.Role != TensorRole.Temp || stage.StoredAt != depth || scope[tensor] is not null || _arguments.ContainsKey(tensor)) return scope;
        var sizes = new int[tensor.Dims.Count];
        int length = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            var dim = tensor.Dims[i];
            sizes[i] = dim.Axis is { } axis ? stage.Once.Contains(axis) ? 1 : LocalExtent(axis, scope) : dim.Size is Const c ? (int)c.Value
                : throw new LoweringException($"{_kernel.Name}: temporary {tensor.Name} has an extent that is no constant");
            length *= sizes[i];
        }

        var buffer = new Buffer(_names.Fresh(tensor.Name), tensor.Format, stage.Scope, length);
        into.Add(new Alloc(buffer));
        return scope.With(tensor, new Storage(buffer, scope, sizes, stage.Staged) { Once = stage.Once });
    }

    private int LocalExtent(Axis axis, Scope scope)
    {
        if (scope[axis] is not { Segment: { } segment } state)
            return axis.Max > 0 ? axis.Max : throw new LoweringException($"{_kernel.Name}: axis {axis.Name} has no upper bound for a temporary");
        int extent = 1;
        for (int i = 0; i < segment.Parts.Count; i++)
        {
            if (state.Variables[i] is not null) continue;
            int most = segment.Parts[i].Count is Const c ? (int)c.Value : segment.Parts[i].Most;
            if (most == 0) return axis.Max > 0 ? axis.Max : throw new LoweringException($"{_kernel.Name}: axis {axis.Name} has no upper bound for a temporary");
            extent += (most - 1) * segment.Parts[i].Stride;
        }

        return extent;
    }
}
