using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>A one-dimensional run of numbers that loop-level code loads and stores. Compared by reference.</summary>
public sealed class Buffer
{
    public Buffer(string name, NumberFormat format, MemoryScope scope, int length = 0, bool isTable = false)
    {
        Name = name;
        Format = format;
        Scope = scope;
        Length = length;
        IsTable = isTable;
    }

    /// <summary>Unique within its function.</summary>
    public string Name { get; }

    public NumberFormat Format { get; }

    public MemoryScope Scope { get; }

    /// <summary>Elements; 0 where only the run knows (arguments, workspace).</summary>
    public int Length { get; }

    /// <summary>True when the argument is a table of pointers: the first index picks one.</summary>
    public bool IsTable { get; }

    public override string ToString() => Name;
}
