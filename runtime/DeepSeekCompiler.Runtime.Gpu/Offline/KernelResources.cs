namespace DeepSeekCompiler.Runtime.Gpu.Offline;

/// <summary>What the assembler says of a kernel on an architecture.</summary>
/// <param name="Registers">Registers a thread.</param>
/// <param name="SharedBytes">Static shared memory a group.</param>
/// <param name="StackBytes">Stack frame a thread.</param>
/// <param name="SpillBytes">Bytes of spill stores and loads in the code.</param>
/// <param name="Warnings">What it warned about.</param>
public sealed record KernelResources(int Registers, int SharedBytes, int StackBytes, int SpillBytes, IReadOnlyList<string> Warnings)
{
    /// <summary>Instructions that are counted: local memory and matrix units.</summary>
    public static IReadOnlyList<string> Counted { get; } = ["LDL", "STL", "HMMA", "QMMA", "HGMMA", "QGMMA"];

    /// <summary>The machine code; null where no disassembler is at hand.</summary>
    public Sass? Code { get; init; }

    /// <summary>How often each of <see cref="Counted"/> stands in <see cref="Code"/>; null without.</summary>
    public IReadOnlyDictionary<string, int>? Instructions => Code is { } code ? Counted.ToDictionary(n => n, code.Count) : null;
}
