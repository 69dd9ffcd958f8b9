using System.Collections.Concurrent;
using System.Text;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>Registers, shared memory, stack and instruction counts of every CUDA kernel of a model on every architecture, as a text file that is compared in
/// tests. <c>dsc resources</c> writes it anew.</summary>
/// <param name="Assembler">Version of the assembler that the numbers are of.</param>
/// <param name="Rows">By kernel, then architecture.</param>
public sealed record ResourceTable(string Assembler, IReadOnlyList<ResourceRow> Rows)
{
    private const string Title = "# Resources of CUDA kernels by ptxas ";

    /// <summary>The texts of a model on every architecture, without resources.</summary>
    public static IReadOnlyList<(string Architecture, CudaFunction Function)> Texts(ModelSpec spec) =>
        [.. CudaBuild.All.SelectMany(b => CudaCode.Of(spec, b).Select(f => (b.Architecture, f))).OrderBy(p => p.f.Name, StringComparer.Ordinal).ThenBy(p => p.Architecture, StringComparer.Ordinal)];

    /// <summary>Assembles texts, equal ones once, as many at a time as there are processors.</summary>
    /// <param name="texts">What to assemble.</param>
    /// <param name="assembler">Path of ptxas; nvdisasm must lie beside it.</param>
    /// <param name="known">An older table, whose numbers stay where the text is the same; null to assemble all.</param>
    public static ResourceTable Of(IReadOnlyList<(string Architecture, CudaFunction Function)> texts, string assembler, ResourceTable? known = null)
    {
        string version = PtxAssembler.Version(assembler);
        var done = new ConcurrentDictionary<(string, string), Lazy<KernelResources>>();
        var old = known?.Assembler == version ? known.Rows.ToLookup(r => (r.Architecture, r.Hash)) : null;
        var rows = CudaCode.Each(texts, t =>
        {
            var (architecture, function) = t;
            if (old?[(architecture, function.Hash)].FirstOrDefault() is { } row)
                return row with { Kernel = function.Name, Threads = function.Threads, DynamicSharedBytes = function.DynamicSharedBytes };
            var resources = done.GetOrAdd((architecture, function.Hash), _ => new(() => PtxAssembler.Assemble(assembler, function.Text, architecture)));
            return ResourceRow.Of(function, architecture, resources.Value);
        });
        return new(version, rows);
    }

    /// <exception cref="FormatException">It is no such table.</exception>
    public static ResourceTable Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        if (lines.Length < 2 || !lines[0].StartsWith(Title, StringComparison.Ordinal)) throw new FormatException($"{path} is no table of resources.");
        return new(lines[0][Title.Length..], [.. lines.Skip(2).Where(l => l.Length > 0).Select(ResourceRow.Parse)]);
    }

    public void Write(string path) => File.WriteAllText(path, ToString());

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Title).Append(Assembler).Append('\n').Append(ResourceRow.Header).Append('\n');
        foreach (var row in Rows) text.Append(row).Append('\n');
        return text.ToString();
    }
}
