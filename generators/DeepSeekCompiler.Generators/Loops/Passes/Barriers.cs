using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Puts barriers between a store to memory and the loads and stores of other lanes that it must not overtake. Lanes of a vector run in step;
/// the threads of a group do not. Run by targets whose lanes are threads, after the pipeline.</summary>
/// <remarks>Whole buffers are tracked, through their views; a loop's body is assumed to follow itself. Registers belong to a lane and need nothing.</remarks>
public sealed class Barriers
{
    private readonly HashSet<Buffer> _stored = new();
    private readonly Dictionary<Buffer, Buffer> _sources = new();

    private Barriers()
    {
    }

    public static LoopFunction Run(LoopFunction function)
    {
        var pass = new Barriers();
        pass.Survey(function.Body);
        return function with { Body = pass.Rewrite(function.Body, new Open()) };
    }

    private Stmt Rewrite(Stmt statement, Open open)
    {
        switch (statement)
        {
            case Block block:
                var body = new List<Stmt>();
                foreach (var s in block.Body) Append(s, open, body);
                return new Block(body);
            default:
                var single = new List<Stmt>();
                Append(statement, open, single);
                return single.Count == 1 ? single[0] : new Block(single);
        }
    }

    private void Append(Stmt statement, Open open, List<Stmt> into)
    {
        switch (statement)
        {
            case Block:
                into.Add(Rewrite(statement, open));
                return;
            case For loop:
                Meet(open, into, Touched(loop.Begin).Concat(Touched(loop.End)), []);
                var inside = open.Copy();
                Accesses(loop.Body, inside.Read, inside.Written);
                into.Add(loop with { Body = Rewrite(loop.Body, inside) });
                open.Join(inside);
                return;
            case If branch:
                Meet(open, into, Touched(branch.Condition), []);
                var then = open.Copy();
                into.Add(branch with { Then = Rewrite(branch.Then, then) });
                open.Join(then);
                return;
            case Barrier:
                open.Read.Clear();
                open.Written.Clear();
                break;
            case Let let:
                Meet(open, into, Touched(let.Value), []);
                break;
            case Store store:
                var reads = Touched(store.Value).Concat(Touched(store.Index));
                if (store.Table is { } table) reads = reads.Concat(Touched(table));
                Meet(open, into, reads, IsShared(store.Target) ? [Source(store.Target)] : []);
                break;
            case View view:
                Meet(open, into, Touched(view.Offset), []);
                break;
        }

        into.Add(statement);
    }

    private static void Meet(Open open, List<Stmt> into, IEnumerable<Buffer> reads, IReadOnlyList<Buffer> writes)
    {
        var read = reads.ToList();
        if (read.Any(open.Written.Contains) || writes.Any(w => open.Read.Contains(w) || open.Written.Contains(w)))
        {
            into.Add(new Barrier());
            open.Read.Clear();
            open.Written.Clear();
        }

        open.Read.UnionWith(read);
        open.Written.UnionWith(writes);
    }

    // ---- what is touched --------------------------------------------------------------------------------------------

    /// <summary>Memory that is stored to somewhere in the function; what is only read needs no order.</summary>
    private bool IsShared(Buffer buffer) => buffer.Scope != MemoryScope.Register && _stored.Contains(Source(buffer));

    private Buffer Source(Buffer buffer)
    {
        while (_sources.TryGetValue(buffer, out var source)) buffer = source;
        return buffer;
    }

    private void Survey(Stmt statement)
    {
        foreach (var s in StatementWalk.All(statement))
        {
            if (s is View view) _sources[view.Name] = view.Source;
            if (s is Store { Target.Scope: not MemoryScope.Register } store) _stored.Add(Source(store.Target));
        }
    }

    private IEnumerable<Buffer> Touched(Expr e)
    {
        var own = e switch { Load load => load.Source, LoadWords words => words.Source, LoadEvery every => every.Source, _ => null };
        if (own is not null && IsShared(own)) yield return Source(own);
        foreach (var child in Walk.Children(e))
        {
            foreach (var buffer in Touched(child)) yield return buffer;
        }
    }

    private void Accesses(Stmt statement, HashSet<Buffer> read, HashSet<Buffer> written)
    {
        StatementWalk.Each(statement, e => read.UnionWith(Touched(e)));
        written.UnionWith(StatementWalk.All(statement).OfType<Store>().Select(store => store.Target).Where(IsShared).Select(Source));
    }

    /// <summary>Accesses since the last barrier that every path has passed.</summary>
    private sealed class Open
    {
        public HashSet<Buffer> Read { get; } = new();

        public HashSet<Buffer> Written { get; } = new();

        public Open Copy()
        {
            var copy = new Open();
            copy.Join(this);
            return copy;
        }

        public void Join(Open other)
        {
            Read.UnionWith(other.Read);
            Written.UnionWith(other.Written);
        }
    }
}
