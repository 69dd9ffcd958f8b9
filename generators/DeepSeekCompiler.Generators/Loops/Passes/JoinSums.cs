using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Sums over lanes that go to four neighbours in memory are made together: as many additions as one of them takes, and one store.</summary>
/// <remarks>The end of a register tile is a run of such stores, in whatever order. They read sums in registers, so they may change places.</remarks>
public static class JoinSums
{
    private const int Together = 4;

    public static LoopFunction Run(LoopFunction function) => function with { Body = Rewrite(function.Body) };

    private static Stmt Rewrite(Stmt statement) => statement switch
    {
        Block block => new Block(Joined(block.Body)),
        For loop => loop with { Body = Rewrite(loop.Body) },
        If branch => branch with { Then = Rewrite(branch.Then) },
        _ => statement,
    };

    private static List<Stmt> Joined(IReadOnlyList<Stmt> body)
    {
        var result = new List<Stmt>();
        var run = new List<Store>();
        foreach (var statement in body)
        {
            if (statement is Store store && Summed(store) is not null && (run.Count == 0 || run[0].Target == store.Target))
            {
                run.Add(store);
                continue;
            }

            Flush(run, result);
            if (statement is Store next && Summed(next) is not null) run.Add(next);
            else result.Add(Rewrite(statement));
        }

        Flush(run, result);
        return result;
    }

    private static void Flush(List<Store> run, List<Stmt> into)
    {
        if (run.Count == 0) return;
        var places = run.Select(s => Affine.Simplify(s.Index - run[0].Index)).ToList();
        if (places.Any(p => p is not Const))
        {
            into.AddRange(run);
            run.Clear();
            return;
        }

        var sorted = run.Zip(places, (store, place) => (Store: store, Sum: Summed(store)!.Value, At: (int)((Const)place).Value)).OrderBy(p => p.At).ToList();
        for (int i = 0; i < sorted.Count;)
        {
            var first = sorted[i];
            bool fits = i + Together <= sorted.Count && Enumerable.Range(1, Together - 1).All(j => sorted[i + j].At == first.At + j && Equals(sorted[i + j].Sum.Factor, first.Sum.Factor));
            if (!fits)
            {
                into.Add(first.Store);
                i++;
                continue;
            }

            Expr sums = new LaneSums(first.Sum.Vector, sorted[i + 1].Sum.Vector, sorted[i + 2].Sum.Vector, sorted[i + 3].Sum.Vector);
            if (first.Sum.Factor is { } factor) sums *= new Broadcast(factor, Together);
            into.Add(first.Store with { Value = sums });
            i += Together;
        }

        run.Clear();
    }

    // The sum over a vector of registers, perhaps times a constant, on its way to memory.
    private static (Expr Vector, Const? Factor)? Summed(Store store)
    {
        if (store.Target.Scope != MemoryScope.Scratch || store.Table is not null) return null;
        return store.Value switch
        {
            LaneReduce { Op: ReduceOp.Sum } sum when InRegisters(sum.Operand) => (sum.Operand, null),
            Binary { Op: BinaryOp.Mul, Left: LaneReduce { Op: ReduceOp.Sum } sum, Right: Const factor } when InRegisters(sum.Operand) => (sum.Operand, factor),
            _ => null,
        };
    }

    private static bool InRegisters(Expr vector) => !Walk.Any(vector, e => e is Load { Source.Scope: not MemoryScope.Register } or LoadWords or LoadEvery);
}
