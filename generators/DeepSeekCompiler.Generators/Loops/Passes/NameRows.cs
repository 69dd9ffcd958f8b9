using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Names the rows that innermost loops walk along: what of an index does not change inside becomes a view in front of the loop.</summary>
public static class NameRows
{
    public static LoopFunction Run(LoopFunction function)
    {
        var names = new FreshNames(function);
        return function with { Body = Rewrite(function.Body, names) };
    }

    private static Stmt Rewrite(Stmt statement, FreshNames names)
    {
        switch (statement)
        {
            case Block block:
                var body = new List<Stmt>();
                foreach (var s in block.Body)
                {
                    if (s is For { Kind: LoopKind.Serial } loop && IsInnermost(loop.Body)) Hoist(loop, names, body);
                    else body.Add(Rewrite(s, names));
                }

                return new Block(body);
            case For loop:
                return loop with { Body = Rewrite(loop.Body, names) };
            case If branch:
                return branch with { Then = Rewrite(branch.Then, names) };
            default:
                return statement;
        }
    }

    internal static bool IsInnermost(Stmt body)
    {
        foreach (var s in ((Block)body).Body)
        {
            if (s is For or If or Block) return false;
        }

        return true;
    }

    private static void Hoist(For loop, FreshNames names, List<Stmt> into)
    {
        var inside = new HashSet<string> { loop.Variable.Name };
        foreach (var s in ((Block)loop.Body).Body)
        {
            if (s is Let let) inside.Add(let.Variable.Name);
        }

        var rows = new Rows(inside, names, into);
        var body = new List<Stmt>();
        foreach (var s in ((Block)loop.Body).Body)
        {
            var t = StatementWalk.Map(s, rows.Rewrite);
            if (t is Store store && rows.Row(store.Target, store.Index, store.Table) is var (row, rest)) t = store with { Target = row, Index = rest, Table = null };
            if (t is Prefetch ahead && rows.Row(ahead.Source, ahead.Index, ahead.Table) is var (line, at)) t = new Prefetch(line, at, null);
            body.Add(t);
        }

        into.Add(loop with { Body = new Block(body) });
    }

    internal sealed class Rows(HashSet<string> inside, FreshNames names, List<Stmt> into)
    {
        private readonly List<View> _views = new();

        public Expr Rewrite(Expr e)
        {
            var rebuilt = Walk.Rebuild(e, Rewrite);
            return rebuilt switch
            {
                Load load when Row(load.Source, load.Index, load.Table) is var (row, rest) => load with { Source = row, Index = rest, Table = null },
                LoadEvery every when Row(every.Source, every.Index, every.Table) is var (row, rest) => every with { Source = row, Index = rest, Table = null },
                LoadWords words when Row(words.Source, words.Index, words.Table) is var (row, rest) => words with { Source = row, Index = rest, Table = null },
                _ => rebuilt,
            };
        }

        public (Buffer Row, Expr Index)? Row(Buffer buffer, Expr index, Expr? table)
        {
            if (buffer.Scope == MemoryScope.Register || (table is not null && !IsFixed(table))) return null;
            var sum = Affine.Of(index);
            Expr fixedPart = Const.Zero, rest = Const.Int(sum.Constant);
            bool multiplies = false;
            foreach (var (term, factor) in sum.Terms)
            {
                var scaled = factor == 1 ? term : term * Const.Int(factor);
                if (IsFixed(term))
                {
                    fixedPart += scaled;
                    multiplies = true;
                }
                else
                {
                    rest = scaled + rest;
                }
            }

            // A constant that is large beside what varies is a row of its own.
            if (!multiplies && table is null) return null;
            foreach (var view in _views)
            {
                if (view.Source == buffer && view.Offset.Equals(fixedPart) && Equals(view.Table, table)) return (view.Name, Affine.Simplify(rest));
            }

            var row = new Buffer(names.Fresh(buffer.Name + "Row"), buffer.Format, buffer.Scope, 0);
            var named = new View(row, buffer, Affine.Simplify(fixedPart), table);
            _views.Add(named with { Offset = fixedPart });
            into.Add(named);
            return (row, Affine.Simplify(rest));
        }

        private bool IsFixed(Expr e) => !Walk.Any(e, x => (x is Var v && inside.Contains(v.Name)) || x is Load { Source.Scope: not MemoryScope.Argument });
    }
}
