using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Loops.Interpretation;

/// <summary>The arguments of an interpreted function: numbers and tables of numbers by buffer name, scalars by name.</summary>
public sealed class Memory
{
    public Dictionary<string, Storage> Buffers { get; } = new();

    public Dictionary<string, Storage[]> Tables { get; } = new();

    public Dictionary<string, int> Scalars { get; } = new();
}
