using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>The accumulators of reductions: opened before the first reduced loop, combined behind it.</summary>
internal sealed partial class ReductionLowering(ExpressionLowering expressions, Names names)
{
    /// <summary>More accumulators than this (vectors, where a free axis runs in lanes) are memory, not registers.</summary>
    private const int MostRegisters = 64;

    public Scope Begin(StageSchedule stage, Reduce reduce, int depth, Scope scope, Func<Axis, Split> splitOf, List<Stmt> into)
    {
        var sum = Open(stage, reduce, depth, scope, splitOf, "sum", into);
        var init = reduce.Init;
        Nest(sum, scope, splitOf, into, (inside, index, sub, nest) =>
        {
            if (sum.Scalar is { } s && (sub == 0 || sum.Vector is null))
                nest.Add(new Store(s, index, init is null || sub > 0 ? Neutral(reduce) : expressions.Lower(init, inside)));
        });
        FillVector(sum, reduce, into);
        return scope.With(stage.Stage, sum);
    }

    public void Accumulate(StageSchedule stage, Reduce reduce, Scope scope, List<Stmt> into)
    {
        var sum = scope[stage.Stage]!;
        Expr index = IndexOf(sum, scope);
        var buffer = sum.Scalar;
        if (sum.Vector is not null && LaneOf(stage, reduce) is { } lane && scope[lane.Axis]!.Segment!.Parts[lane.Part].Count is Const { Value: > 1 })
        {
            buffer = sum.Vector;
            index = index * sum.Lanes + scope[lane.Axis]!.Variables[lane.Part]!;
        }

        index = Affine.Simplify(index);
        var old = new Load(buffer!, index);
        bool scaleHere = reduce.Scale is not (null or Const) && stage.ScaleAt == 0 && stage.BlockAt == 0;
        into.Add(new Store(buffer!, index, Combine(reduce.Op, scope, reduce.Value, scaleHere ? reduce.Scale : null, old)));
    }

    public void End(StageSchedule stage, Reduce reduce, Scope scope, Func<Axis, Split> splitOf, List<Stmt> into)
    {
        var sum = scope[stage.Stage]!;
        Nest(sum, scope, splitOf, into, (inside, index, sub, nest) =>
        {
            if (sub > 0) return;
            Expr? total = sum.Vector is { } v ? new LaneReduce(reduce.Op, Tree(sum, index, i => new Load(v, i * sum.Lanes, null, sum.Lanes), reduce.Op)) : null;
            if (sum.Scalar is { } s)
            {
                // Beside vectors, the scalar is their tail, which has one trip.
                var scalars = sum.Vector is null ? Tree(sum, index, i => new Load(s, i), reduce.Op) : new Load(s, index);
                total = total is null ? scalars : Join(reduce.Op, total, scalars);
            }

            // A scale that never changes is the total's.
            if (reduce.Scale is Const whole && stage.ScaleAt == 0) total = total! * whole;
            var (buffer, table, at) = expressions.Address(reduce.Target, inside);
            nest.Add(new Store(buffer, at, total!, table));
        });
    }

    /// <summary>Sums of one scale block, started at zero.</summary>
    public Scope BeginBlock(StageSchedule stage, Reduce reduce, int depth, Scope scope, Func<Axis, Split> splitOf, List<Stmt> into)
    {
        var outer = scope[stage.Stage]!;
        bool vector = outer.Vector is not null && InVectors(stage, reduce, scope);
        var sum = Open(stage, reduce, depth, scope, splitOf, "block", into, vector, outer.Vector is null || !vector);
        if (sum.Scalar is not null)
            Nest(sum, scope, splitOf, into, (_, index, _, nest) => nest.Add(new Store(sum.Scalar, index, Neutral(reduce))));
        FillVector(sum, reduce, into);
        return scope.With(stage.Stage, sum);
    }

    /// <summary>Adds scale * block to the sums.</summary>
    public void EndBlock(StageSchedule stage, Reduce reduce, int depth, Scope scope, Scope block, Func<Axis, Split> splitOf, List<Stmt> into)
    {
        var outer = scope[stage.Stage]!;
        var sum = block[stage.Stage]!;
        var scale = Affine.Simplify(expressions.Lower(reduce.Scale!, scope.AtStart(stage, depth, true)));
        Nest(sum, scope, splitOf, into, (inside, index, _, nest) =>
        {
            var at = IndexOf(outer, inside);
            if (sum.Scalar is { } s)
                nest.Add(new Store(outer.Scalar!, Affine.Simplify(at), new MulAdd(new Load(s, index), scale, new Load(outer.Scalar!, Affine.Simplify(at)))));
            if (sum.Vector is not { } v) return;
            var lanes = Affine.Simplify(at * sum.Lanes);
            nest.Add(new Store(outer.Vector!, lanes, new MulAdd(
                new Load(v, Affine.Simplify(index * sum.Lanes), null, sum.Lanes), new Broadcast(scale, sum.Lanes), new Load(outer.Vector!, lanes, null, sum.Lanes))));
        });
    }

    private Accumulator Open(StageSchedule stage, Reduce reduce, int depth, Scope scope, Func<Axis, Split> splitOf, string name, List<Stmt> into,
        bool vectors = true, bool scalars = true)
    {
        var dims = new List<LoopSpec>();
        var sizes = new List<int>();
        bool registers = true;
        int points = 1, width = 1;
        for (int i = depth; i < stage.Order.Count; i++)
        {
            var loop = stage.Order[i];
            if (IsReduced(reduce, loop.Axis) && !loop.OwnSums) continue;
            int size = MostTrips(loop, scope, splitOf);
            if (size == 1 && !IsReduced(reduce, loop.Axis) && loop.Kind != LoopKind.Vector) { dims.Add(loop); sizes.Add(1); continue; }
            registers &= loop.Kind is LoopKind.Unroll or LoopKind.Vector || size == 1;
            dims.Add(loop);
            sizes.Add(size);
            if (loop.Kind != LoopKind.Vector) points *= size;
            else width *= size;
        }

        var lane = LaneOf(stage, reduce);
        int lanes = lane is null ? 1 : MostTrips(lane, scope, splitOf);
        bool tail = lanes == 1 || HasScalarTail(lane!, scope, splitOf) || reduce.Init is not null;
        var memory = registers && points <= MostRegisters ? MemoryScope.Register : MemoryScope.Scratch;
        var format = Whole(reduce) ? NumberFormat.I32 : NumberFormat.F32;
        Buffer? vector = lanes > 1 && vectors ? new Buffer(names.Fresh(name + "V"), format, memory, points * lanes) : null;
        Buffer? scalar = tail && scalars ? new Buffer(names.Fresh(name), format, memory, points * (lane is null ? width : 1)) : null;
        if (vector is not null) into.Add(new Alloc(vector));
        if (scalar is not null) into.Add(new Alloc(scalar));
        return new Accumulator(dims, sizes.ToArray(), vector, scalar, lanes);
    }

    /// <summary>Loops over the points of the accumulator; the body gets the scope, the index and the number of the own-sums trip.</summary>
    private void Nest(Accumulator sum, Scope scope, Func<Axis, Split> splitOf, List<Stmt> into, Action<Scope, Expr, int, List<Stmt>> body) =>
        Nest(sum, 0, 0, scope, splitOf, into, body);

    private void Nest(Accumulator sum, int at, int sub, Scope scope, Func<Axis, Split> splitOf, List<Stmt> into, Action<Scope, Expr, int, List<Stmt>> body)
    {
        if (at == sum.Dims.Count)
        {
            body(scope, Affine.Simplify(IndexOf(sum, scope)), sub, into);
            return;
        }

        var loop = sum.Dims[at];
        if (loop.OwnSums)
        {
            // The trips of a reduced loop: bound to the axis only so that the index can be read off.
            var own = scope[loop.Axis] ?? new AxisState(splitOf(loop.Axis), null, []);
            var stretch = own.Segment ?? own.Split.Segments[0];
            var bound = own.Segment is null ? own.In(stretch) : own;
            for (int i = 0; i < sum.Sizes[at]; i++)
                Nest(sum, at + 1, sub + i, scope.With(loop.Axis, bound.With(loop.Part, Const.Int(i))), splitOf, into, body);
            return;
        }

        var state = scope[loop.Axis] ?? new AxisState(splitOf(loop.Axis), null, []);
        foreach (var segment in state.Segment is { } known ? [known] : state.Split.Segments)
        {
            var inside = state.Segment is null ? state.In(segment) : state;
            var count = Affine.Simplify(expressions.Lower(segment.Parts[loop.Part].Count, scope));
            if (count is Const { Value: 1 } || (loop.Kind == LoopKind.Unroll && count is Const))
            {
                for (int i = 0; i < ((Const)count).Value; i++)
                    Nest(sum, at + 1, sub, scope.With(loop.Axis, inside.With(loop.Part, Const.Int(i))), splitOf, into, body);
                continue;
            }

            var variable = new Var(names.Fresh(loop.Axis.Name), ScalarKind.I32, count is Const c ? (int)c.Value : loop.Axis.Max);
            var nest = new List<Stmt>();
            Nest(sum, at + 1, sub, scope.With(loop.Axis, inside.With(loop.Part, variable)), splitOf, nest, body);
            into.Add(new For(variable, Const.Zero, count, loop.Kind, new Block(nest)));
        }
    }

    private static Expr IndexOf(Accumulator sum, Scope scope)
    {
        Expr index = Const.Zero;
        for (int i = 0; i < sum.Dims.Count; i++)
        {
            var variables = scope[sum.Dims[i].Axis]?.Variables;
            index = index * sum.Sizes[i] + (variables is null || variables.Length == 0 ? Const.Zero : variables[sum.Dims[i].Part] ?? Const.Zero);
        }

        return index;
    }

    /// <summary>Sum over the own-sums trips, in pairs.</summary>
    private static Expr Tree(Accumulator sum, Expr first, Func<Expr, Expr> load, ReduceOp op)
    {
        int trips = 1, step = 1;
        for (int i = sum.Dims.Count - 1; i >= 0; i--)
        {
            if (sum.Dims[i].OwnSums) trips = sum.Sizes[i];
            else if (trips == 1) step *= sum.Sizes[i];
        }

        return Tree(0, trips, i => load(Affine.Simplify(first + i * step)), op);
    }

    private static Expr Tree(int from, int count, Func<int, Expr> term, ReduceOp op) =>
        count == 1 ? term(from) : Join(op, Tree(from, count / 2, term, op), Tree(from + count / 2, count - count / 2, term, op));

    private static Expr Join(ReduceOp op, Expr a, Expr b) => op switch { ReduceOp.Sum => a + b, ReduceOp.Max => Expr.Max(a, b), _ => new Binary(BinaryOp.Largest, a, b) };

    private Expr Combine(ReduceOp op, Scope scope, Expr value, Expr? scale, Expr old)
    {
        if (op != ReduceOp.Sum) return Join(op, old, expressions.Lower(value, scope));
        if (value is PairDot dot) return new PairDot(expressions.Lower(dot.A, scope), expressions.Lower(dot.B, scope), old);
        if (scale is not null) return new MulAdd(expressions.Lower(value, scope), expressions.Lower(scale, scope), old);
        if (value is Binary { Op: BinaryOp.Mul } product) return new MulAdd(expressions.Lower(product.Left, scope), expressions.Lower(product.Right, scope), old);
        return old + expressions.Lower(value, scope);
    }

    private static void FillVector(Accumulator sum, Reduce reduce, List<Stmt> into)
    {
        if (sum.Vector is not { } vector) return;
        for (int i = 0; i < vector.Length; i += sum.Lanes)
            into.Add(new Store(vector, i, new Broadcast(Neutral(reduce), sum.Lanes)));
    }

    private static Const Neutral(Reduce reduce) => Whole(reduce) ? Const.Int(0) : new(reduce.Op == ReduceOp.Max ? -3e38 : 0, ScalarKind.F32);

    /// <summary>Whether sums are whole numbers until they are scaled.</summary>
    private static bool Whole(Reduce reduce) => reduce.Value.Kind == ScalarKind.I32;

    private static bool IsReduced(Reduce reduce, Axis axis)
    {
        foreach (var over in reduce.Over)
        {
            if (over == axis) return true;
        }

        return false;
    }

    /// <summary>The vector loop over a reduced axis, if the reduction has one.</summary>
    private static LoopSpec? LaneOf(StageSchedule stage, Reduce reduce)
    {
        var last = stage.Order.Count > 0 ? stage.Order[stage.Order.Count - 1] : null;
        return last is { Kind: LoopKind.Vector } && IsReduced(reduce, last.Axis) ? last : null;
    }

    private static bool InVectors(StageSchedule stage, Reduce reduce, Scope scope) =>
        LaneOf(stage, reduce) is { } lane && scope[lane.Axis] is { Segment: { } segment } && segment.Parts[lane.Part].Count is Const { Value: > 1 };

    private static int MostTrips(LoopSpec loop, Scope scope, Func<Axis, Split> splitOf)
    {
        if (scope[loop.Axis] is { Segment: { } segment }) return Trips(segment, loop);
        int most = 1;
        foreach (var s in splitOf(loop.Axis).Segments) most = Math.Max(most, Trips(s, loop));
        return most;
    }

    private static int Trips(Segment segment, LoopSpec loop) => segment.Parts[loop.Part].Count is Const c ? (int)c.Value
        : loop.Axis.Max > 0 ? loop.Axis.Max : throw new LoweringException($"axis {loop.Axis.Name} has no upper bound for its sums");

    private static bool HasScalarTail(LoopSpec lane, Scope scope, Func<Axis, Split> splitOf)
    {
        foreach (var s in scope[lane.Axis] is { Segment: { } known } ? [known] : splitOf(lane.Axis).Segments)
        {
            if (s.Parts[lane.Part].Count is Const { Value: 1 }) return true;
        }

        return false;
    }
}
