using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Loops;

namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>Traversal of expressions.</summary>
internal static class Walk
{
    /// <summary>Whether <paramref name="variable"/> stands anywhere in <paramref name="e"/>.</summary>
    public static bool Uses(Expr e, Var variable) => Any(e, x => x is Var v && v.Name == variable.Name);

    public static bool Any(Expr e, Func<Expr, bool> test)
    {
        if (test(e)) return true;
        foreach (var child in Children(e))
        {
            if (Any(child, test)) return true;
        }

        return false;
    }

    public static IEnumerable<Expr> Children(Expr e)
    {
        switch (e)
        {
            case Unary u: return [u.Operand];
            case Binary b: return [b.Left, b.Right];
            case Select s: return [s.Condition, s.Then, s.Else];
            case Cast c: return [c.Operand];
            case MulAdd m: return [m.A, m.B, m.C];
            case Pair p: return [p.Low, p.High];
            case PairNumber p: return [p.Word];
            case PairJoin p: return [p.A, p.B];
            case PairDot d: return [d.A, d.B, d.Sum];
            case Broadcast b: return [b.Operand];
            case Ramp r: return [r.Start];
            case LaneReduce r: return [r.Operand];
            case LaneSums s: return [s.A, s.B, s.C, s.D];
            case Load { Table: null } l: return [l.Index];
            case Load l: return [l.Index, l.Table!];
            case LoadWords { Table: null } l: return [l.Index];
            case LoadWords l: return [l.Index, l.Table!];
            case LoadEvery { Table: null } l: return [l.Index];
            case LoadEvery l: return [l.Index, l.Table!];
            case Unpack u: return [u.Words];
            case CodePairs p: return [p.Words];
            default: return [];
        }
    }

    /// <summary>Rebuilds an expression with its children replaced; unchanged nodes are kept.</summary>
    public static Expr Rebuild(Expr e, Func<Expr, Expr> f) => e switch
    {
        Unary u => u with { Operand = f(u.Operand) },
        Binary b => Fold.Binary(b.Op, f(b.Left), f(b.Right)),
        Select s => new Select(f(s.Condition), f(s.Then), f(s.Else)),
        Cast c => new Cast(f(c.Operand)),
        MulAdd m => new MulAdd(f(m.A), f(m.B), f(m.C)),
        Pair p => new Pair(f(p.Low), f(p.High)),
        PairNumber p => p with { Word = f(p.Word) },
        PairJoin p => p with { A = f(p.A), B = f(p.B) },
        PairDot d => new PairDot(f(d.A), f(d.B), f(d.Sum)),
        Broadcast b => b with { Operand = f(b.Operand) },
        Ramp r => r with { Start = f(r.Start) },
        LaneReduce r => r with { Operand = f(r.Operand) },
        LaneSums s => new LaneSums(f(s.A), f(s.B), f(s.C), f(s.D)),
        Load l => l with { Index = f(l.Index), Table = l.Table is null ? null : f(l.Table) },
        LoadWords l => l with { Index = f(l.Index), Table = l.Table is null ? null : f(l.Table) },
        LoadEvery l => l with { Index = f(l.Index), Table = l.Table is null ? null : f(l.Table) },
        Unpack u => u with { Words = f(u.Words) },
        CodePairs p => p with { Words = f(p.Words) },
        _ => e,
    };
}
