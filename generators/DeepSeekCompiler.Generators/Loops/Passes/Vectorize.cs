using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Replaces vector loops by vector operations. A load is contiguous, strided by two or four, or the
/// same in every lane; anything else is a schedule that does not fit, and an error.</summary>
public static class Vectorize
{
    public static LoopFunction Run(LoopFunction function) => function with { Body = Rewrite(function.Body) };

    private static Stmt Rewrite(Stmt statement)
    {
        switch (statement)
        {
            case Block block:
                var body = new List<Stmt>(block.Body.Count);
                foreach (var s in block.Body)
                {
                    var t = Rewrite(s);
                    if (t is Block { Body: var inner }) body.AddRange(inner);
                    else body.Add(t);
                }

                return new Block(body);
            case For { Kind: LoopKind.Vector } loop:
                return Lanes(loop);
            case For { Kind: LoopKind.Transpose } loop:
                return Across(loop);
            case For loop:
                return loop with { Body = Rewrite(loop.Body) };
            case If branch:
                return branch with { Then = Rewrite(branch.Then) };
            default:
                return statement;
        }
    }

    // A full block is one transposition; what is left at the edges is walked.
    private static Stmt Across(For loop)
    {
        var loops = new List<For>();
        Stmt inner = loop;
        while (inner is For { Kind: LoopKind.Transpose } next)
        {
            loops.Add(next);
            inner = ((Block)next.Body).Body.Count == 1 ? ((Block)next.Body).Body[0] : next.Body;
        }

        if (inner is Store store && Across(loops, store) is { } block) return block;
        return Walked(loop);
    }

    private static Stmt Walked(Stmt statement) => statement switch
    {
        Block block => new Block(block.Body.Select(Walked).ToList()),
        For { Kind: LoopKind.Transpose } loop => loop with { Kind = LoopKind.Serial, Body = Walked(loop.Body) },
        _ => statement,
    };

    private static Transpose? Across(List<For> loops, Store store)
    {
        bool pairs = store.Value is Pair;
        int together = pairs ? 2 : 1;
        var (load, factor) = store.Value is Pair pair ? Factored(pair) : Factored(store.Value);
        if (load is null || store.Table is not null || store.Target.Format != (pairs ? NumberFormat.I32 : NumberFormat.F32)) return null;
        var row = loops[loops.Count - 1].Variable;
        int rows = Count(loops[loops.Count - 1]), columns = 1;
        long? targetStride = null;
        for (int i = loops.Count - 2; i >= 0; i--)
        {
            // Columns are neighbours in the source and equally far apart in the target.
            long? from = Affine.Of(load.Index).FactorOf(loops[i].Variable), to = Affine.Of(store.Index).FactorOf(loops[i].Variable);
            targetStride ??= to;
            if (from != columns * together || to != targetStride * columns) return null;
            columns *= Count(loops[i]);
        }

        columns *= together;
        long? sourceStride = Affine.Of(load.Index).FactorOf(row);
        if (columns != rows * PerWord(load.Source.Format) || targetStride is null || sourceStride is null || Affine.Of(store.Index).FactorOf(row) != 1) return null;
        Expr Start(Expr e)
        {
            foreach (var loop in loops) e = AtZero(e, loop.Variable);
            return e;
        }

        if (loops.Any(l => (factor is not null && l.Variable != row && Walk.Uses(factor, l.Variable)) || (load.Table is not null && Walk.Uses(load.Table, l.Variable)))) return null;
        // Words take a factor for every row, numbers one for all.
        if (pairs) factor = Vector(factor ?? 1.0, row, rows);
        else if (factor is not null && Walk.Uses(factor, row)) return null;

        return new(store.Target, Start(store.Index), (int)targetStride, load.Source, Start(load.Index), load.Table, (int)sourceStride, rows, columns, factor) { Pairs = pairs };
    }

    // Neighbours times the same.
    private static (Load? Load, Expr? Factor) Factored(Pair pair)
    {
        var (low, factor) = Factored(pair.Low);
        var (high, other) = Factored(pair.High);
        bool neighbours = low is not null && high is not null && high.Source == low.Source && Equals(high.Table, low.Table) && Affine.Simplify(high.Index - low.Index) is Const { Value: 1 };
        return neighbours && Equals(factor, other) ? (low, factor) : (null, null);
    }

    private static int Count(For loop) => (int)((Const)loop.End).Value;

    // A load times what does not change along the block.
    private static (Load? Load, Expr? Factor) Factored(Expr value) => value switch
    {
        Load load => (load, null),
        Binary { Op: BinaryOp.Mul } b when Factored(b.Left) is ({ } load, var rest) => (load, rest is null ? b.Right : rest * b.Right),
        _ => (null, null),
    };

    private static Stmt Lanes(For loop)
    {
        int width = (int)((Const)loop.End).Value;
        var stores = new List<Stmt>();
        foreach (var statement in ((Block)loop.Body).Body)
        {
            if (statement is not Store store) throw new LoweringException($"vector loop {loop.Variable.Name} holds a {statement.GetType().Name}");
            var index = Affine.Of(store.Index);
            if (index.FactorOf(loop.Variable) != 1) throw new LoweringException($"vector loop {loop.Variable.Name} does not store to neighbours of {store.Target.Name}");
            stores.Add(store with { Index = AtZero(store.Index, loop.Variable), Value = Vector(store.Value, loop.Variable, width) });
        }

        return new Block(stores);
    }

    private static Expr Vector(Expr e, Var lane, int width)
    {
        if (!Walk.Uses(e, lane)) return new Broadcast(e, width);
        return e switch
        {
            Var => new Ramp(Const.Zero, width),
            Load load => LoadLanes(load, lane, width),
            Binary { Kind: ScalarKind.I32 } => Neighbours(e, lane, width),
            _ => Walk.Rebuild(e, child => Vector(child, lane, width)),
        };
    }

    private static Expr Neighbours(Expr e, Var lane, int width) => Affine.Of(e).FactorOf(lane) == 1
        ? new Ramp(AtZero(e, lane), width)
        : throw new LoweringException($"vector loop {lane.Name} needs an index that is no run of neighbours");

    private static Expr LoadLanes(Load load, Var lane, int width)
    {
        if (load.Table is not null && Walk.Uses(load.Table, lane)) throw new LoweringException($"the lanes of {lane.Name} are spread over the pointers of {load.Source.Name}");
        var first = AtZero(load.Index, lane);
        long? factor = Affine.Of(load.Index).FactorOf(lane);
        if (factor == 1) return load with { Index = first, Width = width };
        int perWord = PerWord(load.Source.Format);
        if (factor is 2 or 4 && factor > perWord && (perWord > 1 || load.Source.Format == NumberFormat.F32))
        {
            // Step numbers share a group that begins where the axis' does; load.Sub says which of them this is, or what the index adds to it.
            int sub = load.Sub == 0 && perWord == 1 ? (int)(Affine.Of(first).Constant % factor.Value) : load.Sub;
            var every = new LoadEvery(load.Source, Affine.Simplify(first - sub), load.Table, width, (int)factor / perWord, sub / perWord);
            return perWord == 1 ? every : Unpacked(every, load.Source.Format, sub % perWord);
        }

        if (factor != null && factor == perWord)
            return Unpacked(new LoadWords(load.Source, Affine.Simplify(first - load.Sub), load.Table, width), load.Source.Format, load.Sub);
        throw new LoweringException($"the lanes of {lane.Name} step by {factor} through {load.Source.Name}, which is {load.Source.Format}");
    }

    private static Unpack Unpacked(Expr words, NumberFormat format, int sub) => new(format == NumberFormat.E4M3 ? new CodePairs(words, sub % 2) : words, format, sub);

    /// <summary>Numbers of a format in a 32-bit word.</summary>
    public static int PerWord(NumberFormat format) => format switch
    {
        NumberFormat.BF16 or NumberFormat.F16 => 2,
        NumberFormat.E4M3 => 4,
        _ => 1,
    };

    private static Expr AtZero(Expr index, Var lane) => Affine.Simplify(Replace(index, lane));

    private static Expr Replace(Expr e, Var lane) => e is Var v && v.Name == lane.Name ? Const.Zero : Walk.Rebuild(e, child => Replace(child, lane));
}
