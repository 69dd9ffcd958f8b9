using System.Collections.Generic;
using System.Globalization;

namespace DeepSeekCompiler.Generators.Loops.Passes;

/// <summary>Names for what a pass adds to a function: none of those that its loops, values and buffers have.</summary>
internal sealed class FreshNames
{
    private readonly HashSet<string> _taken = new();
    private readonly Dictionary<string, int> _counts = new();

    public FreshNames(LoopFunction function)
    {
        foreach (var scalar in function.Scalars) _taken.Add(scalar.Name);
        foreach (var buffer in function.Buffers) _taken.Add(buffer.Name);
        foreach (var statement in StatementWalk.All(function.Body))
        {
            string? name = statement switch { For loop => loop.Variable.Name, Let let => let.Variable.Name, Alloc alloc => alloc.Target.Name, View view => view.Name.Name, _ => null };
            if (name is not null) _taken.Add(name);
        }
    }

    public string Fresh(string wish)
    {
        string name;
        do
        {
            _counts[wish] = _counts.TryGetValue(wish, out int n) ? n + 1 : 1;
            name = n == 0 ? wish : wish + (n + 1).ToString(CultureInfo.InvariantCulture);
        }
        while (!_taken.Add(name));
        return name;
    }
}
