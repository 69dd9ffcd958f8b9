using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Writes products of pairs in groups: a few of them, then their additions to the sums. One after the other, a processor whose additions may go where its products must
/// lets them get in each other's way: a tile of six by four vectors gives 86 instead of 105 G multiply-adds a second on a Zen 4.</summary>
public static class GroupProducts
{
    public static LoopFunction Run(LoopFunction function)
    {
        var names = new FreshNames(function);
        return function with { Body = Rewrite(function.Body, names) };
    }

    private static Stmt Rewrite(Stmt statement, FreshNames names) => statement switch
    {
        Block block => new Block(Grouped(block.Body, names)),
        For loop => loop with { Body = Rewrite(loop.Body, names) },
        If branch => branch with { Then = Rewrite(branch.Then, names) },
        _ => statement,
    };

    private static List<Stmt> Grouped(IReadOnlyList<Stmt> body, FreshNames names)
    {
        var result = new List<Stmt>(body.Count);
        var additions = new List<Store>();
        foreach (var statement in body)
        {
            if (statement is Prefetch || (statement is Let { Value: var value } && !Walk.Any(value, e => e is Load { Source.Scope: MemoryScope.Register })))
            {
                result.Add(statement);
                continue;
            }

            if (!Adds(statement, out var store, out var product))
            {
                Flush();
                result.Add(Rewrite(statement, names));
                continue;
            }

            var name = new Var(names.Fresh("product"), ScalarKind.I32, 0, product.Lanes);
            result.Add(new Let(name, product with { Sum = new Broadcast(Const.Int(0), product.Lanes) }));
            additions.Add(store with { Value = new Binary(BinaryOp.Add, product.Sum, name) });
            if (additions.Count == Most(product.Lanes)) Flush();
        }

        Flush();
        return result;

        void Flush()
        {
            result.AddRange(additions);
            additions.Clear();
        }
    }

    // As many as find room beside the sums of a tile: widest vectors have 32 registers.
    private static int Most(int lanes) => lanes == 16 ? 4 : 2;

    private static bool Adds(Stmt statement, out Store store, out PairDot product)
    {
        (store, product) = (null!, null!);
        if (statement is not Store { Target.Scope: MemoryScope.Register, Value: PairDot { Lanes: > 1, Sum: Load sum } dot } to || sum.Source != to.Target || !sum.Index.Equals(to.Index)) return false;
        (store, product) = (to, dot);
        return true;
    }
}
