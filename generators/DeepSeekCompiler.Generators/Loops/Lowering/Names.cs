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
        // Letters, because numbers name the registers of a buffer.
        return Fresh(wish + (count < 26 ? ((char)('A' + count)).ToString() : "Z" + count.ToString(CultureInfo.InvariantCulture) + "x"));
    }
}
