using System.Text.RegularExpressions;

namespace DeepSeekCompiler.Runtime.Gpu.Offline;

/// <summary>Machine code of a kernel as text: the names of its instructions in order.</summary>
public sealed partial class Sass
{
    /// <param name="disassembly">What nvdisasm prints.</param>
    public Sass(string disassembly) => Instructions = [.. Instruction().Matches(disassembly).Select(m => m.Groups[1].Value)];

    /// <summary>Names with their modifiers (<c>QGMMA.64x128x32.F32.E4M3.E4M3</c>), in the order of their addresses.</summary>
    public IReadOnlyList<string> Instructions { get; }

    /// <summary>Instructions of a name, whatever their modifiers.</summary>
    public int Count(string name) => Instructions.Count(i => i == name || i.StartsWith(name + ".", StringComparison.Ordinal));

    [GeneratedRegex(@"^\s+/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Za-z0-9_.]*)", RegexOptions.Multiline)]
    private static partial Regex Instruction();
}
