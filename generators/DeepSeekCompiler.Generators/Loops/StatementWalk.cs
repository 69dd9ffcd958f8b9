using System;
using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Traversal of statements.</summary>
internal static class StatementWalk
{
    /// <summary>The statements below, each in front of those inside it; blocks are opened.</summary>
    public static IEnumerable<Stmt> All(Stmt statement)
    {
        if (statement is not Block) yield return statement;
        IReadOnlyList<Stmt> inside = statement switch { Block block => block.Body, For loop => [loop.Body], If branch => [branch.Then], _ => [] };
        foreach (var part in inside)
        {
            foreach (var below in All(part)) yield return below;
        }
    }

    /// <summary>Whether any expression directly in a statement below passes the test.</summary>
    public static bool Any(Stmt statement, Func<Expr, bool> test)
    {
        bool found = false;
        Each(statement, e => found |= test(e));
        return found;
    }

    /// <summary>Calls back for every expression that stands directly in a statement below.</summary>
    public static void Each(Stmt statement, Action<Expr> visit)
    {
        switch (statement)
        {
            case Block block:
                foreach (var s in block.Body) Each(s, visit);
                break;
            case For loop:
                visit(loop.Begin);
                visit(loop.End);
                Each(loop.Body, visit);
                break;
            case If branch:
                visit(branch.Condition);
                Each(branch.Then, visit);
                break;
            case Let let:
                visit(let.Value);
                break;
            case Store store:
                visit(store.Index);
                visit(store.Value);
                if (store.Table is { } table) visit(table);
                break;
            case Transpose t:
                visit(t.Index);
                visit(t.SourceIndex);
                if (t.Table is { } matrix) visit(matrix);
                if (t.Factor is { } factor) visit(factor);
                break;
            case Prefetch ahead:
                visit(ahead.Index);
                if (ahead.Table is { } far) visit(far);
                break;
            case View view:
                visit(view.Offset);
                if (view.Table is { } pick) visit(pick);
                break;
        }
    }

    /// <summary>The statement with every expression replaced.</summary>
    public static Stmt Map(Stmt statement, Func<Expr, Expr> f) => statement switch
    {
        Block block => new Block(block.Body.Select(s => Map(s, f)).ToList()),
        For loop => loop with { Begin = f(loop.Begin), End = f(loop.End), Body = Map(loop.Body, f) },
        If branch => new If(f(branch.Condition), Map(branch.Then, f)),
        Let let => let with { Value = f(let.Value) },
        Store store => store with { Index = f(store.Index), Value = f(store.Value), Table = store.Table is null ? null : f(store.Table) },
        Transpose t => t with { Index = f(t.Index), SourceIndex = f(t.SourceIndex), Table = t.Table is null ? null : f(t.Table), Factor = t.Factor is null ? null : f(t.Factor) },
        Prefetch ahead => ahead with { Index = f(ahead.Index), Table = ahead.Table is null ? null : f(ahead.Table) },
        View view => view with { Offset = f(view.Offset), Table = view.Table is null ? null : f(view.Table) },
        _ => statement,
    };
}
