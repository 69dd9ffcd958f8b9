using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Explaining;
using DeepSeekCompiler.Gpu.Tests.Support;
using DeepSeekCompiler.Runtime.Gpu.Offline;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.Explaining;

/// <summary>The tables of resources in tests/fixtures/cuda against what the compiler makes now.</summary>
public class ResourceTableTests
{
    private const string Remedy = "run `dsc resources` (it assembles what changed) and look at the difference";

    // Every so many texts of a model are assembled again; the others are known by the hash of their text.
    private const int Sample = 11;

    private static readonly string s_folder = Path.Combine(GoldenFiles.Folder, "..", "cuda");

    public static TheoryData<string> Models => [.. Directory.GetFiles(s_folder, "*.txt").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [PtxasTheory]
    [MemberData(nameof(Models))]
    public void EveryKernel_AssemblesToTheResourcesOfTheTable(string model)
    {
        var table = ResourceTable.Read(Path.Combine(s_folder, model + ".txt"));
        var texts = ResourceTable.Texts(Catalogue.Find(model)!);
        var known = table.Rows.Select(r => $"{r.Kernel} {r.Architecture} {r.Hash}").ToHashSet();
        var changed = texts.Where(t => !known.Contains($"{t.Function.Name} {t.Architecture} {t.Function.Hash}")).Select(t => $"{t.Function.Name} ({t.Architecture})").ToList();
        Assert.True(changed.Count == 0 && texts.Count == table.Rows.Count, $"{model} has {texts.Count} kernels, {table.Rows.Count} in the table; changed: {string.Join(", ", changed)}; {Remedy}");

        // Another assembler gives other numbers; that the texts assemble is shown all the same.
        bool same = PtxAssembler.Version(Ptxas.Path) == table.Assembler;
        var again = ResourceTable.Of([.. texts.Where((_, i) => i % Sample == 0)], Ptxas.Path);
        foreach (var row in same ? again.Rows : []) Assert.Contains(row, table.Rows);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void NoKernel_HasAStackOrSpills_AndMatrixUnitsAreUsedAsTheArchitectureAllows(string model)
    {
        foreach (var row in ResourceTable.Read(Path.Combine(s_folder, model + ".txt")).Rows.Where(r => r.UsesMatrixUnit))
        {
            Assert.True(row is { StackBytes: 0, SpillBytes: 0, Warnings: 0 } && row.Count("LDL") + row.Count("STL") == 0, $"{row.Kernel} on {row.Architecture} uses local memory or was warned about");
            Assert.True(row.Architecture == "sm_90a" || row.Count("HGMMA") + row.Count("QGMMA") == 0, $"{row.Kernel} on {row.Architecture} has warpgroup instructions");
        }
    }

    [Fact]
    public void ATable_ReadsBackAsItWasWritten()
    {
        using var folder = new TempFolder();
        var row = new ResourceRow("A.B", "sm_90a", "0123456789ab", 128, 65536, 168, 1024, 0, 0, "0 0 1 2 3 4", 0);
        var table = new ResourceTable("12.4.131", [row, row with { Architecture = "sm_80" }]);
        table.Write(folder["t.txt"]);
        var read = ResourceTable.Read(folder["t.txt"]);
        Assert.Equal(table.Assembler, read.Assembler);
        Assert.Equal(table.Rows, read.Rows);
        Assert.Equal(4, read.Rows[0].Count("QGMMA"));
        Assert.Throws<FormatException>(() => ResourceRow.Parse("A.B sm_80 1"));
    }
}
