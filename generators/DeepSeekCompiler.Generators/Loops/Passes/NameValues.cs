using System;
using System.Collections.Generic;
using System.Globalization;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Names what the statements of a block load or decode more than once: a register tile reads each vector once.</summary>
/// <remarks>Only in runs of statements that write registers alone, so that no store can change what was loaded.</remarks>
public static class NameValues
{
    public static LoopFunction Run(LoopFunction function)
    {
        int next = 0;
        return function with { Body = Rewrite(function.Body, ref next) };
    }

    private static Stmt Rewrite(Stmt statement, ref int next)
    {
        switch (statement)
        {
            case Block block:
                return new Block(RewriteBlock(block.Body, ref next));
            case For loop:
                return loop with { Body = Rewrite(loop.Body, ref next) };
            case If branch:
                return branch with { Then = Rewrite(branch.Then, ref next) };
            default:
                return statement;
        }
    }

    private static List<Stmt> RewriteBlock(IReadOnlyList<Stmt> body, ref int next)
    {
        var result = new List<Stmt>(body.Count);
        var run = new List<Store>();
        foreach (var statement in body)
        {
            if (statement is Store { Target.Scope: MemoryScope.Register } store)
            {
                run.Add(store);
                continue;
            }

            Flush(run, result, ref next);
            result.Add(Rewrite(statement, ref next));
        }

        Flush(run, result, ref next);
        return result;
    }

    private static void Flush(List<Store> run, List<Stmt> into, ref int next)
    {
        if (run.Count == 0) return;
        var statements = new List<Stmt>(run);
        run.Clear();
        // Decoded numbers first, then what they come from.
        if (statements.Count > 1)
        {
            statements = Share(statements, e => e is (Unpack or Load { Source.Scope: not MemoryScope.Register } or Broadcast { Operand: not Const }) && IsSettled(e), ref next);
            statements = Share(statements, e => e is CodePairs && IsSettled(e), ref next);
            statements = Share(statements, e => e is LoadWords, ref next);
        }

        into.AddRange(statements);
    }

    // What is read through a register may change within the run.
    private static bool IsSettled(Expr e) => !Walk.Any(e, x => x is Load { Source.Scope: MemoryScope.Register });

    private static List<Stmt> Share(List<Stmt> statements, Func<Expr, bool> worth, ref int next)
    {
        var uses = new Dictionary<Expr, int>();
        foreach (var statement in statements) StatementWalk.Each(statement, e => Count(e, worth, uses));
        var names = new Dictionary<Expr, Var>();
        var result = new List<Stmt>();
        foreach (var statement in statements)
        {
            var lets = new List<Stmt>();
            int number = next;
            var rewritten = StatementWalk.Map(statement, e => Replace(e, worth, uses, names, lets, ref number));
            next = number;
            result.AddRange(lets);
            result.Add(rewritten);
        }

        return result;
    }

    private static void Count(Expr e, Func<Expr, bool> worth, Dictionary<Expr, int> uses)
    {
        if (worth(e))
        {
            uses[e] = uses.TryGetValue(e, out int n) ? n + 1 : 1;
            return;
        }

        foreach (var child in Walk.Children(e)) Count(child, worth, uses);
    }

    private static Expr Replace(Expr e, Func<Expr, bool> worth, Dictionary<Expr, int> uses, Dictionary<Expr, Var> names, List<Stmt> lets, ref int next)
    {
        if (worth(e))
        {
            if (!uses.TryGetValue(e, out int n) || n < 2) return e;
            if (!names.TryGetValue(e, out var name))
            {
                name = new Var((e.Kind == ScalarKind.I32 ? "w" : "v") + (next++).ToString(CultureInfo.InvariantCulture), e.Kind, 0, e.Lanes);
                names[e] = name;
                lets.Add(new Let(name, e));
            }

            return name;
        }

        int number = next;
        var rebuilt = Walk.Rebuild(e, child => Replace(child, worth, uses, names, lets, ref number));
        next = number;
        return rebuilt;
    }
}
