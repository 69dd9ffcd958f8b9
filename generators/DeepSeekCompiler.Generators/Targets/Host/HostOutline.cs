using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;

namespace DeepSeekCompiler.Generators.Targets.Host;

/// <summary>Loops and branches of a large function that become methods of their own: the same nest for four tokens, two and one, for whole tiles and what is left of them. The
/// just-in-time compiler keeps about a thousand locals of a method in registers, and every other one in memory.</summary>
internal sealed class HostOutline
{
    /// <summary>Statements of a function, or of a nest that becomes a method, that stays in one piece.</summary>
    private const int Large = 400;

    /// <summary>Statements that are worth a call.</summary>
    private const int Worth = 40;

    private readonly List<(Stmt Nest, IReadOnlyList<(string Type, string Name)> Parameters)> _nests = new();

    public HostOutline(Stmt body)
    {
        if (Size(body) > Large) Choose(body);
    }

    /// <summary>What the method of a loop, or of what a branch does, is given; null for one that stays where it is.</summary>
    public IReadOnlyList<(string Type, string Name)>? Parameters(Stmt nest)
    {
        foreach (var (outlined, parameters) in _nests)
        {
            if (ReferenceEquals(outlined, nest)) return parameters;
        }

        return null;
    }

    private void Choose(Stmt statement)
    {
        switch (statement)
        {
            case Block block:
                var alike = new List<Stmt>();
                foreach (var s in block.Body)
                {
                    if (s is For { Kind: LoopKind.Serial } or If && Size(s) >= Worth) alike.Add(s);
                }

                foreach (var s in block.Body)
                {
                    if (alike.Count > 1 && alike.Exists(a => ReferenceEquals(a, s)) && Size(s) <= Large && new Capture().Of(s is If branch ? branch.Then : s) is { } parameters) _nests.Add((s, parameters));
                    else Choose(s);
                }

                break;
            case For loop:
                Choose(loop.Body);
                break;
            case If choice:
                Choose(choice.Then);
                break;
        }
    }

    private static int Size(Stmt statement) => StatementWalk.All(statement).Count(s => s is not (For or If or Alloc or Comment));

    /// <summary>What a statement uses and does not declare.</summary>
    private sealed class Capture
    {
        private readonly HashSet<string> _declared = new();
        private readonly List<(string Type, string Name)> _used = new();
        private bool _registers;

        /// <summary>Types and names; null where a register of the surrounding code is among them, which the statement may set.</summary>
        public IReadOnlyList<(string Type, string Name)>? Of(Stmt statement)
        {
            Visit(statement);
            return _registers ? null : _used;
        }

        private void Visit(Stmt statement)
        {
            switch (statement)
            {
                case Block block:
                    foreach (var s in block.Body) Visit(s);
                    return;
                case For loop:
                    Visit(loop.Begin);
                    Visit(loop.End);
                    _declared.Add(loop.Variable.Name);
                    Visit(loop.Body);
                    return;
                case If branch:
                    Visit(branch.Condition);
                    Visit(branch.Then);
                    return;
                case Alloc alloc:
                    if (alloc.Target.Scope == MemoryScope.Register) _declared.Add(alloc.Target.Name);
                    return;
                case Store store:
                    Use(store.Target);
                    break;
                case Transpose t:
                    Use(t.Source);
                    Use(t.Target);
                    break;
                case Prefetch ahead:
                    Use(ahead.Source);
                    break;
                case View view:
                    Use(view.Source);
                    break;
            }

            StatementWalk.Each(statement, Visit);
            if (statement is Let let) _declared.Add(let.Variable.Name);
            if (statement is View named) _declared.Add(named.Name.Name);
        }

        private void Visit(Expr e)
        {
            if (e is Var v) Use(v.Name, HostTypes.Register(v.Kind, v.Lanes));
            if (e is Load load) Use(load.Source);
            if (e is LoadWords words) Use(words.Source);
            if (e is LoadEvery every) Use(every.Source);
            foreach (var child in Walk.Children(e)) Visit(child);
        }

        private void Use(Buffer buffer)
        {
            if (buffer.Scope == MemoryScope.Register) _registers |= !_declared.Contains(buffer.Name);
            else Use(buffer.Name, HostTypes.Parameter(buffer));
        }

        private void Use(string name, string type)
        {
            if (!_declared.Contains(name) && !_used.Contains((type, name))) _used.Add((type, name));
        }
    }
}
