using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;

namespace DeepSeekCompiler.Generators.Targets;

/// <summary>Which locals the register buffers of a function become: one for every number (or vector) that is touched.</summary>
internal sealed class RegisterUse
{
    private readonly Dictionary<Buffer, SortedSet<(int Index, int Lanes)>> _uses = new();

    public RegisterUse(Stmt body)
    {
        foreach (var statement in StatementWalk.All(body))
        {
            if (statement is Store { Target.Scope: MemoryScope.Register } store) Note(store.Target, store.Index, store.Value.Lanes);
            if (statement is Store or Let) StatementWalk.Each(statement, Survey);
        }
    }

    /// <summary>Kind, lanes and names of a buffer's locals.</summary>
    public IEnumerable<(ScalarKind Kind, int Lanes, IEnumerable<string> Names)> Locals(Buffer buffer)
    {
        if (!_uses.TryGetValue(buffer, out var uses)) return [];
        var kind = buffer.Format == NumberFormat.I32 ? ScalarKind.I32 : ScalarKind.F32;
        return uses.GroupBy(u => u.Lanes).Select(g => (kind, g.Key, g.Select(u => HostExpressions.RegisterName(buffer, u.Index, u.Lanes))));
    }

    /// <summary>The same as scalars, whatever the lanes.</summary>
    public IEnumerable<(string Type, IEnumerable<string> Names)> Declarations(Buffer buffer) =>
        Locals(buffer).Select(l => (HostTypes.Register(l.Kind, 1), l.Names));

    private void Survey(Expr e)
    {
        if (e is Load { Source.Scope: MemoryScope.Register } load) Note(load.Source, load.Index, load.Width);
        foreach (var child in Walk.Children(e)) Survey(child);
    }

    private void Note(Buffer buffer, Expr index, int lanes)
    {
        if (!_uses.TryGetValue(buffer, out var uses)) _uses[buffer] = uses = new();
        uses.Add(((int)((Const)index).Value, lanes));
    }
}
