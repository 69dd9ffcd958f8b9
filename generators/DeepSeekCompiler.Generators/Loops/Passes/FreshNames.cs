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
        Take(function.Body);
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

    private void Take(Stmt statement)
    {
        switch (statement)
        {
            case Block block:
                foreach (var s in block.Body) Take(s);
                break;
            case For loop:
                _taken.Add(loop.Variable.Name);
                Take(loop.Body);
                break;
            case If branch:
                Take(branch.Then);
                break;
            case Let let:
                _taken.Add(let.Variable.Name);
                break;
            case Alloc alloc:
                _taken.Add(alloc.Target.Name);
                break;
            case View view:
                _taken.Add(view.Name.Name);
                break;
        }
    }
}
