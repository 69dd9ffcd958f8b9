using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Register buffers that some loop still indexes by a variable, or that are read in strides, become scratch memory.</summary>
public static class Demote
{
    public static LoopFunction Run(LoopFunction function)
    {
        var indexed = new HashSet<Buffer>();
        foreach (var statement in StatementWalk.All(function.Body))
        {
            if (statement is Store { Target.Scope: MemoryScope.Register, Index: not Const } store) indexed.Add(store.Target);
            if (statement is Let or Store) StatementWalk.Each(statement, e => Find(e, indexed));
        }

        if (indexed.Count == 0) return function;
        var replaced = new Dictionary<Buffer, Buffer>();
        foreach (var buffer in indexed) replaced[buffer] = new Buffer(buffer.Name, buffer.Format, MemoryScope.Scratch, buffer.Length);
        return function with { Body = Rewrite(function.Body, replaced) };
    }

    private static void Find(Expr e, HashSet<Buffer> indexed)
    {
        if (e is Load { Source.Scope: MemoryScope.Register, Index: not Const } load) indexed.Add(load.Source);
        if (e is LoadEvery { Source.Scope: MemoryScope.Register } every) indexed.Add(every.Source);
        foreach (var child in Walk.Children(e)) Find(child, indexed);
    }

    private static Stmt Rewrite(Stmt statement, Dictionary<Buffer, Buffer> replaced) => statement switch
    {
        Block block => new Block(block.Body.Select(s => Rewrite(s, replaced)).ToList()),
        For loop => loop with { Body = Rewrite(loop.Body, replaced) },
        If branch => branch with { Then = Rewrite(branch.Then, replaced) },
        Alloc alloc => new Alloc(New(alloc.Target, replaced)),
        Store store => (Stmt)(store with { Target = New(store.Target, replaced), Value = Rewrite(store.Value, replaced) }),
        Let let => let with { Value = Rewrite(let.Value, replaced) },
        _ => statement,
    };

    private static Expr Rewrite(Expr e, Dictionary<Buffer, Buffer> replaced)
    {
        var rebuilt = Walk.Rebuild(e, child => Rewrite(child, replaced));
        return rebuilt switch
        {
            Load load => load with { Source = New(load.Source, replaced) },
            LoadEvery every => every with { Source = New(every.Source, replaced) },
            _ => rebuilt,
        };
    }

    private static Buffer New(Buffer buffer, Dictionary<Buffer, Buffer> replaced) => replaced.TryGetValue(buffer, out var other) ? other : buffer;
}
