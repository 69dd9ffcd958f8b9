using System.Collections.Generic;
using System.Globalization;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>Names that are unique within a function and stable from run to run.</summary>
internal sealed class Names
{
    private readonly Dictionary<string, int> _used = new();

    public string Fresh(string wish)
    {
        if (!_used.TryGetValue(wish, out int count))
        {
            _used[wish] = 1;
            return wish;
        }

        _used[wish] = count + 1;
        return Fresh(wish + "_" + (count + 1).ToString(CultureInfo.InvariantCulture));
    }
}
