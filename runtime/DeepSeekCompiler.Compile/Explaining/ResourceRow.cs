using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>A line of the table of resources: a phase of a kernel on an architecture.</summary>
/// <param name="Kernel">Kernel and phase.</param>
/// <param name="Architecture">What it was assembled for.</param>
/// <param name="Hash">Of its PTX: equal texts have equal resources.</param>
/// <param name="Threads">Threads of a group.</param>
/// <param name="DynamicSharedBytes">Shared memory that the launch asks for.</param>
/// <param name="Registers">Registers of a thread.</param>
/// <param name="SharedBytes">Static shared memory of a group.</param>
/// <param name="StackBytes">Stack frame of a thread.</param>
/// <param name="SpillBytes">Spilled bytes.</param>
/// <param name="Counts">Instructions, in the order of <see cref="KernelResources.Counted"/>.</param>
/// <param name="Warnings">How many warnings the assembler gave.</param>
public sealed record ResourceRow(
    string Kernel, string Architecture, string Hash, int Threads, int DynamicSharedBytes, int Registers, int SharedBytes, int StackBytes, int SpillBytes, string Counts, int Warnings)
{
    /// <summary>Whether it multiplies on matrix units.</summary>
    public bool UsesMatrixUnit => Count("HMMA") + Count("QMMA") + Count("HGMMA") + Count("QGMMA") > 0;

    /// <summary>Names of the columns.</summary>
    public static string Header => Line("kernel", "arch", "text", "threads", "dynamic", "regs", "shared", "stack", "spill", KernelResources.Counted, "warnings");

    /// <summary>The row of a kernel.</summary>
    /// <param name="function">Its text.</param>
    /// <param name="architecture">What it was assembled for.</param>
    /// <param name="r">What the assembler made of it, with instruction counts.</param>
    public static ResourceRow Of(CudaFunction function, string architecture, KernelResources r)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(r);
        return new(function.Name, architecture, function.Hash, function.Threads, function.DynamicSharedBytes, r.Registers, r.SharedBytes, r.StackBytes, r.SpillBytes,
            string.Join(' ', KernelResources.Counted.Select(n => r.Instructions![n].ToString(CultureInfo.InvariantCulture))), r.Warnings.Count);
    }

    /// <summary>Instructions of a name.</summary>
    public int Count(string instruction)
    {
        int index = KernelResources.Counted.ToList().IndexOf(instruction);
        return int.Parse(Counts.Split(' ')[index], CultureInfo.InvariantCulture);
    }

    /// <summary>A row from a line of the table.</summary>
    /// <exception cref="FormatException">It is no such line.</exception>
    public static ResourceRow Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        string[] cells = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int counted = KernelResources.Counted.Count;
        if (cells.Length != 10 + counted) throw new FormatException($"A line of the table of resources has {cells.Length} cells instead of {10 + counted}: {line}");
        int Number(int i) => int.Parse(cells[i], CultureInfo.InvariantCulture);
        return new(cells[0], cells[1], cells[2], Number(3), Number(4), Number(5), Number(6), Number(7), Number(8), string.Join(' ', cells[9..(9 + counted)]), Number(9 + counted));
    }

    public override string ToString() => Line(Kernel, Architecture, Hash, Text(Threads), Text(DynamicSharedBytes), Text(Registers), Text(SharedBytes), Text(StackBytes), Text(SpillBytes), Counts.Split(' '), Text(Warnings));

    private static string Line(string kernel, string architecture, string hash, string threads, string dynamic, string registers, string shared, string stack, string spill, IEnumerable<string> counts, string warnings) =>
        $"{kernel,-34} {architecture,-7} {hash,-12} {threads,7} {dynamic,7} {registers,4} {shared,6} {stack,5} {spill,5} {string.Concat(counts.Select(c => $"{c,6}"))} {warnings,8}";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
