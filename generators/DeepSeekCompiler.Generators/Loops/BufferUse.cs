using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Which parameters a function needs.</summary>
internal static class BufferUse
{
    /// <summary>Adds the argument and workspace buffers that a statement touches, in order of first use.</summary>
    public static void Collect(Stmt statement, List<Buffer> found)
    {
        switch (statement)
        {
            case Block block:
                foreach (var s in block.Body) Collect(s, found);
                break;
            case For loop:
                Collect(loop.Begin, found);
                Collect(loop.End, found);
                Collect(loop.Body, found);
                break;
            case If branch:
                Collect(branch.Condition, found);
                Collect(branch.Then, found);
                break;
            case Let let:
                Collect(let.Value, found);
                break;
            case Store store:
                Add(store.Target, found);
                Collect(store.Index, found);
                Collect(store.Value, found);
                if (store.Table is { } table) Collect(table, found);
                break;
            case Transpose transpose:
                Add(transpose.Target, found);
                Add(transpose.Source, found);
                StatementWalk.Each(transpose, e => Collect(e, found));
                break;
            case Prefetch ahead:
                Add(ahead.Source, found);
                StatementWalk.Each(ahead, e => Collect(e, found));
                break;
            case View view:
                Add(view.Source, found);
                Collect(view.Offset, found);
                if (view.Table is { } pick) Collect(pick, found);
                break;
        }
    }

    public static void Collect(Expr e, List<Buffer> found)
    {
        if (e is Load load) Add(load.Source, found);
        if (e is LoadWords words) Add(words.Source, found);
        if (e is LoadEvery every) Add(every.Source, found);
        foreach (var child in Walk.Children(e)) Collect(child, found);
    }

    /// <summary>The scalars of <paramref name="all"/> that the function mentions.</summary>
    public static IReadOnlyList<Var> Scalars(LoopFunction function, IReadOnlyList<Var> all)
    {
        var used = new List<Var>();
        foreach (var scalar in all)
        {
            if (Walk.Uses(function.Items, scalar) || StatementWalk.Any(function.Body, e => Walk.Uses(e, scalar))) used.Add(scalar);
        }

        return used;
    }

    private static void Add(Buffer buffer, List<Buffer> found)
    {
        if (buffer.Scope is MemoryScope.Argument or MemoryScope.Workspace && !found.Contains(buffer)) found.Add(buffer);
    }
}
