using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>Sums that are finished block by block of the reduced axes, and wait in the target in between.</summary>
internal sealed partial class ReductionLowering
{
    /// <summary>Sums of one tile in registers, which go on from what the target holds; from zero in the first block of the reduced axes, unless the reduction adds to its target.</summary>
    public Scope BeginTile(StageSchedule stage, Reduce reduce, int depth, Scope scope, Func<Axis, Split> splitOf, List<Stmt> into)
    {
        bool adds = reduce.Target.Equals(reduce.Init);
        // One tile for the whole reduction starts where it likes: that is added with the scaled sums.
        bool whole = reduce.Scale is not null && Before(reduce, scope.AtStart(stage, depth)) is Const { Value: 0 };
        if (reduce.Init is not null && !adds && !whole) throw new LoweringException($"{stage.Stage.Name} starts from a value other than its target's and sums in blocks");
        var sum = Open(stage, reduce, depth, scope, splitOf, "sum", into);
        List<Stmt> Fill(bool first)
        {
            var nest = new List<Stmt>();
            Nest(sum, scope, splitOf, nest, (inside, index, _, body) =>
            {
                var (buffer, table, at) = expressions.Address(reduce.Target, inside);
                body.Add(new Store(sum.Scalar!, index, first ? Neutral(reduce) : new Load(buffer, at, table)));
            });
            return nest;
        }

        var before = Before(reduce, scope.AtStart(stage, depth));
        if (adds && reduce.Scale is null)
        {
            into.AddRange(Fill(false));
        }
        else if (reduce.Scale is not null || before is Const { Value: 0 })
        {
            into.AddRange(Fill(true));
        }
        else if (before is Const)
        {
            into.AddRange(Fill(false));
        }
        else
        {
            into.AddRange(Fill(true));
            into.Add(new If(new Binary(BinaryOp.Less, Const.Zero, before), new Block(Fill(false))));
        }

        return scope.With(stage.Stage, sum);
    }

    /// <summary>Puts the sums of a tile into the target; with a scale, they started at zero and are added times it.</summary>
    public void EndTile(StageSchedule stage, Reduce reduce, Scope scope, Func<Axis, Split> splitOf, List<Stmt> into)
    {
        var sum = scope[stage.Stage]!;
        if (reduce.Scale is { } scale)
        {
            AddTile(stage, reduce, sum, scale, scope.AtStart(stage, stage.BlockAt), splitOf, into);
            return;
        }

        Nest(sum, scope, splitOf, into, (inside, index, _, nest) =>
        {
            var (buffer, table, at) = expressions.Address(reduce.Target, inside);
            nest.Add(new Store(buffer, at, new Load(sum.Scalar!, index), table));
        });
    }

    private void AddTile(StageSchedule stage, Reduce reduce, Accumulator sum, Expr scale, Scope start, Func<Axis, Split> splitOf, List<Stmt> into)
    {
        List<Stmt> Fill(bool first)
        {
            var nest = new List<Stmt>();
            Nest(sum, start, splitOf, nest, (inside, index, _, body) =>
            {
                var (buffer, table, at) = expressions.Address(reduce.Target, inside);
                Expr part = Number(new Load(sum.Scalar!, index)), factor = expressions.Lower(scale, inside);
                var old = reduce.Init is { } init ? expressions.Lower(init, inside) : new Load(buffer, at, table);
                body.Add(new Store(buffer, at, first ? part * factor : new MulAdd(part, factor, old), table));
            });
            return nest;
        }

        var before = Before(reduce, start);
        if (reduce.Init is not null || before is Const)
        {
            into.AddRange(Fill(reduce.Init is null && before is Const { Value: 0 }));
            return;
        }

        into.Add(new If(new Binary(BinaryOp.Equal, before, Const.Zero), new Block(Fill(true))));
        into.Add(new If(new Binary(BinaryOp.Less, Const.Zero, before), new Block(Fill(false))));
    }

    private static Expr Number(Expr sum) => sum.Kind == ScalarKind.I32 ? new Cast(sum) : sum;

    /// <summary>How much of the reduced axes lies in front of a tile.</summary>
    private Expr Before(Reduce reduce, Scope start)
    {
        Expr before = Const.Zero;
        foreach (var axis in reduce.Over)
        {
            // Nothing where the tile takes the whole axis.
            if (start[axis]?.Segment is not null) before += expressions.Value(axis, start, null, false);
        }

        return Affine.Simplify(before);
    }
}
