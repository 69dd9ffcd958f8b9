using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Names the rows that runs of statements outside of innermost loops read, as <see cref="NameRows"/> does in front of loops: what unrolling has written out reads
/// at constants from a few places. For targets whose compiler works out every address on its own, and stops looking for equal ones in long functions.</summary>
public static class NameRuns
{
    // Shorter runs are epilogues; there is little to share.
    private const int Least = 8;

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
                var body = new List<Stmt>(block.Body.Count);
                var run = new List<Stmt>();
                foreach (var s in block.Body)
                {
                    // Registers and names alone: nothing that is written can change what is read.
                    if (s is Let or Store { Target.Scope: MemoryScope.Register })
                    {
                        run.Add(s);
                        continue;
                    }

                    Flush(run, names, body);
                    body.Add(Rewrite(s, names));
                }

                Flush(run, names, body);
                return new Block(body);
            case For loop when NameRows.IsInnermost(loop.Body):
                return loop;
            case For loop:
                return loop with { Body = Rewrite(loop.Body, names) };
            case If branch:
                return branch with { Then = Rewrite(branch.Then, names) };
            default:
                return statement;
        }
    }

    private static void Flush(List<Stmt> run, FreshNames names, List<Stmt> into)
    {
        if (run.Count < Least)
        {
            into.AddRange(run);
        }
        else
        {
            var inside = new HashSet<string>();
            foreach (var s in run)
            {
                if (s is Let let) inside.Add(let.Variable.Name);
            }

            var rows = new NameRows.Rows(inside, names, into);
            var named = new List<Stmt>(run.Count);
            foreach (var s in run) named.Add(StatementWalk.Map(s, rows.Rewrite));
            into.AddRange(named);
        }

        run.Clear();
    }
}
