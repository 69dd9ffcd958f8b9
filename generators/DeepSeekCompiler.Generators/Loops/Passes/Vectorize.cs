using System.Collections.Generic;
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
            case For loop:
                return loop with { Body = Rewrite(loop.Body) };
            case If branch:
                return branch with { Then = Rewrite(branch.Then) };
            default:
                return statement;
        }
    }

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
            // Step numbers share a group that begins where the axis' does; load.Sub says which of them this is.
            var every = new LoadEvery(load.Source, Affine.Simplify(first - load.Sub), load.Table, width, (int)factor / perWord, load.Sub / perWord);
            return perWord == 1 ? every : new Unpack(every, load.Source.Format, load.Sub % perWord);
        }

        if (factor != null && factor == perWord)
            return new Unpack(new LoadWords(load.Source, Affine.Simplify(first - load.Sub), load.Table, width), load.Source.Format, load.Sub);
        throw new LoweringException($"the lanes of {lane.Name} step by {factor} through {load.Source.Name}, which is {load.Source.Format}");
    }

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
