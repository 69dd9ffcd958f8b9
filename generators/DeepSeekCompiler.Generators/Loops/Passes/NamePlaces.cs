using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Names the places where one trip of an innermost loop reads and writes: what several indices share becomes a view at the start of the trip, and they
/// are constants behind it. For targets whose compiler works out every address on its own.</summary>
public static class NamePlaces
{
    // Shorter runs have little to share.
    private const int Least = 8;

    public static LoopFunction Run(LoopFunction function)
    {
        var names = new FreshNames(function);
        return function with { Body = Rewrite(function.Body, names, false) };
    }

    /// <summary>The same, and places of what unrolling has written out behind loops: a compiler that makes vectors of neighbouring stores must see that they are neighbours.</summary>
    public static LoopFunction RunEverywhere(LoopFunction function)
    {
        var names = new FreshNames(function);
        return function with { Body = Rewrite(function.Body, names, true) };
    }

    private static Stmt Rewrite(Stmt statement, FreshNames names, bool runs)
    {
        switch (statement)
        {
            case Block block:
                var body = new List<Stmt>(block.Body.Count);
                var run = new List<Stmt>();
                foreach (var s in block.Body)
                {
                    if (runs && s is Let or Store)
                    {
                        run.Add(s);
                        continue;
                    }

                    Flush(run, names, body);
                    body.Add(Rewrite(s, names, runs));
                }

                Flush(run, names, body);
                return new Block(body);
            case For { Kind: LoopKind.Serial } loop when NameRows.IsInnermost(loop.Body):
                return loop with { Body = Trip(((Block)loop.Body).Body, names) };
            case For loop:
                return loop with { Body = Rewrite(loop.Body, names, runs) };
            case If branch:
                return branch with { Then = Rewrite(branch.Then, names, runs) };
            default:
                return statement;
        }
    }

    private static void Flush(List<Stmt> run, FreshNames names, List<Stmt> into)
    {
        into.AddRange(run.Count < Least ? run : Trip(run, names).Body);
        run.Clear();
    }

    private static Block Trip(IReadOnlyList<Stmt> body, FreshNames names)
    {
        var inside = new HashSet<string>();
        foreach (var s in body)
        {
            if (s is Let let) inside.Add(let.Variable.Name);
        }

        var uses = new Dictionary<(Buffer, Expr), int>();
        void Count(Buffer buffer, Expr index, Expr? table)
        {
            if (Moving(buffer, index, table, inside) is not { } moving) return;
            uses[(buffer, moving)] = uses.TryGetValue((buffer, moving), out int n) ? n + 1 : 1;
        }

        foreach (var s in body)
        {
            if (s is Store store) Count(store.Target, store.Index, store.Table);
            if (s is Prefetch ahead) Count(ahead.Source, ahead.Index, ahead.Table);
            StatementWalk.Each(s, e => Visit(e, Count));
        }

        var views = new Dictionary<(Buffer, Expr), Buffer>();
        var result = new List<Stmt>();
        foreach (var pair in uses)
        {
            if (pair.Value < 2) continue;
            var (buffer, moving) = pair.Key;
            var place = new Buffer(Fresh(buffer.Name, names), buffer.Format, buffer.Scope, 0);
            views[pair.Key] = place;
            result.Add(new View(place, buffer, moving, null));
        }

        (Buffer, Expr)? Place(Buffer buffer, Expr index, Expr? table) =>
            Moving(buffer, index, table, inside) is { } moving && views.TryGetValue((buffer, moving), out var place) ? (place, Const.Int(Affine.Of(index).Constant)) : null;
        Expr Replace(Expr e)
        {
            var rebuilt = Walk.Rebuild(e, Replace);
            return rebuilt switch
            {
                Load load when Place(load.Source, load.Index, load.Table) is var (place, rest) => load with { Source = place, Index = rest },
                LoadWords words when Place(words.Source, words.Index, words.Table) is var (place, rest) => words with { Source = place, Index = rest },
                LoadEvery every when Place(every.Source, every.Index, every.Table) is var (place, rest) => every with { Source = place, Index = rest },
                _ => rebuilt,
            };
        }

        foreach (var s in body)
        {
            var t = StatementWalk.Map(s, Replace);
            if (t is Store store && Place(store.Target, store.Index, store.Table) is var (place, rest)) t = store with { Target = place, Index = rest };
            if (t is Prefetch ahead && Place(ahead.Source, ahead.Index, ahead.Table) is var (line, further)) t = ahead with { Source = line, Index = further };
            result.Add(t);
        }

        return new Block(result);
    }

    private static void Visit(Expr e, System.Action<Buffer, Expr, Expr?> use)
    {
        if (e is Load load) use(load.Source, load.Index, load.Table);
        if (e is LoadWords words) use(words.Source, words.Index, words.Table);
        if (e is LoadEvery every) use(every.Source, every.Index, every.Table);
        foreach (var child in Walk.Children(e)) Visit(child, use);
    }

    /// <summary>What of an index changes, where it is known at the start of the trip; null for constants and for what depends on values of the trip.</summary>
    private static Expr? Moving(Buffer buffer, Expr index, Expr? table, HashSet<string> inside)
    {
        if (buffer.Scope == MemoryScope.Register || table is not null || index is Const) return null;
        if (Walk.Any(index, x => (x is Var v && inside.Contains(v.Name)) || x is Load)) return null;
        var sum = Affine.Of(index);
        return sum.Constant == 0 ? Affine.Simplify(index) : Affine.Simplify(index - Const.Int(sum.Constant));
    }

    private static string Fresh(string name, FreshNames names)
    {
        string wish = (name.EndsWith("Row", System.StringComparison.Ordinal) ? name.Substring(0, name.Length - 3) : name.TrimEnd("0123456789".ToCharArray())) + "At";
        return names.Fresh(wish);
    }
}
