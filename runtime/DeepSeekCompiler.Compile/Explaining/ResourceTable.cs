using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Ilgpu;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>Registers, shared memory, stack and instruction counts of every CUDA kernel of a model on every architecture, as a text file that is compared in
/// tests. <c>dsc resources</c> writes it anew.</summary>
/// <param name="Assembler">Version of the assembler that the numbers are of.</param>
/// <param name="Source">Hash of the generated C# that the kernels were compiled from (see <see cref="SourceOf"/>).</param>
/// <param name="Rows">By kernel, then architecture.</param>
public sealed record ResourceTable(string Assembler, string Source, IReadOnlyList<ResourceRow> Rows)
{
    private const string Title = "# Resources of CUDA kernels by ptxas ";
    /// <summary>Behind the name of a model with its narrowest formats.</summary>
    public const string Narrow = ".narrow";

    private const string SourceTitle = "# Generated C#, SHA-256: ";

    /// <summary>What there is a table of, by file name: every model of the catalogue as it is declared, and once more with its narrowest formats (a bfloat16
    /// cache, and FP8 on both sides of products where weights are FP8), which matrix units take as they are.</summary>
    public static IEnumerable<(string Name, ModelSpec Spec)> Programs(IEnumerable<string> models)
    {
        foreach (string name in models)
        {
            var spec = Catalogue.Find(name) ?? throw new ArgumentException($"{name} is no model of the catalogue ({string.Join(", ", Catalogue.Names)}).", nameof(models));
            yield return (spec.ClassName, spec);
            yield return (spec.ClassName + Narrow, spec with { Formats = spec.Formats with { Fp8 = Generators.Spec.Fp8Policy.Full, Cache = NumberFormat.BF16 } });
        }
    }

    /// <summary>Hash of the generated C# of a model's kernels on every architecture: made in a moment, where PTX takes a compiler.</summary>
    public static string SourceOf(ModelSpec spec)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var build in CudaBuild.All)
        {
            foreach (var kernel in KernelSet.Of(spec).On(build.Target)) hash.AppendData(Encoding.UTF8.GetBytes(DeviceKernel.Print(kernel.Lower(build.Target), build.Target, false)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The texts of a model on every architecture, without resources.</summary>
    public static IReadOnlyList<(string Architecture, CudaFunction Function)> Texts(ModelSpec spec) =>
        [.. CudaBuild.All.SelectMany(b => CudaCode.Of(spec, b).Select(f => (b.Architecture, f))).OrderBy(p => p.f.Name, StringComparer.Ordinal).ThenBy(p => p.Architecture, StringComparer.Ordinal)];

    /// <summary>Assembles texts, equal ones once, as many at a time as there are processors.</summary>
    /// <param name="source">Hash of the C# that they were compiled from.</param>
    /// <param name="texts">What to assemble.</param>
    /// <param name="assembler">Path of ptxas; nvdisasm must lie beside it.</param>
    /// <param name="known">An older table, whose numbers stay where the text is the same; null to assemble all.</param>
    public static ResourceTable Of(string source, IReadOnlyList<(string Architecture, CudaFunction Function)> texts, string assembler, ResourceTable? known = null)
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
        return new(version, source, rows);
    }

    /// <exception cref="FormatException">It is no such table.</exception>
    public static ResourceTable Read(string path)
    {
        string[] lines = File.ReadAllLines(path);
        if (lines.Length < 3 || !lines[0].StartsWith(Title, StringComparison.Ordinal) || !lines[1].StartsWith(SourceTitle, StringComparison.Ordinal)) throw new FormatException($"{path} is no table of resources.");
        return new(lines[0][Title.Length..], lines[1][SourceTitle.Length..], [.. lines.Skip(3).Where(l => l.Length > 0).Select(ResourceRow.Parse)]);
    }

    public void Write(string path) => File.WriteAllText(path, ToString());

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Title).Append(Assembler).Append('\n').Append(SourceTitle).Append(Source).Append('\n').Append(ResourceRow.Header).Append('\n');
        foreach (var row in Rows) text.Append(row).Append('\n');
        return text.ToString();
    }
}
