using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Explaining;
using DeepSeekCompiler.Gpu.Tests.Support;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.Explaining;

/// <summary>The tables of resources in tests/fixtures/cuda against what the compiler makes now. Of every model the generated C# is compared on every run; of one
/// model PTX and, in samples, machine code too, which covers what stands between. DSC_RESOURCES=all does that with every model, for some minutes.</summary>
public class ResourceTableTests
{
    private const string Remedy = "run `dsc resources` (it assembles what changed) and look at the difference";

    // Every so many texts of a model are assembled again; the others are known by the hash of their text.
    private const int Sample = 11;

    private static readonly string s_folder = Path.Combine(GoldenFiles.Folder, "..", "cuda");

    // `dsc resources` writes a table for every one; those that are kept are compared.
    public static TheoryData<string> Programs => [.. ResourceTable.Programs(Catalogue.Names).Select(p => p.Name).Where(name => File.Exists(Path.Combine(s_folder, name + ".txt")))];

    public static TheoryData<string> Assembled => Environment.GetEnvironmentVariable("DSC_RESOURCES") == "all" ? Programs : ["DeepSeekV2Lite"];

    /// <summary>No stack and no local memory in tensor-core kernels, the instructions that the architecture is there for, nothing that the assembler warned about.</summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void EveryTable_IsOfTheKernelsAsTheyAreNow(string program)
    {
        var (_, spec) = ResourceTable.Programs(Catalogue.Names).Single(p => p.Name == program);
        var table = ResourceTable.Read(Path.Combine(s_folder, program + ".txt"));
        Assert.True(ResourceTable.SourceOf(spec) == table.Source, $"The kernels of {program} are others than when the table was written; {Remedy}");
        foreach (var build in CudaBuild.All)
        {
            var rows = table.Rows.Where(r => r.Architecture == build.Architecture).ToList();
            Assert.NotEmpty(rows);
            foreach (var row in rows) Check(row);
            // Quantised on both sides, codes meet codes on the units that take them; else they are made bfloat16 numbers.
            bool narrow = program.EndsWith(ResourceTable.Narrow, StringComparison.Ordinal), full = narrow && spec.Formats.Linear == Generators.Spec.NumberFormat.E4M3;
            string prefill = build.Architecture == "sm_90a" ? full ? "QGMMA" : "HGMMA" : build.Architecture == "sm_89" && full ? "QMMA" : "HMMA";
            if (build.Architecture != "sm_90a" || full || spec.Formats.Linear == Generators.Spec.NumberFormat.BF16) AssertCounts(rows, "AttentionOutPrefill.Products", prefill);
            AssertCounts(rows, "HeadPrefill.Products", build.Architecture == "sm_90a" ? "HGMMA" : "HMMA");
            AssertCounts(rows, "HeadDecode.Products", "HMMA");
            if (!narrow) continue;
            AssertCounts(rows, "AttentionDecode.Parts", "HMMA");
            // Warpgroups have instructions for the widths of most models' heads.
            AssertCounts(rows, "AttentionPrefill.Attend", build.Architecture == "sm_90a" && program != "Glm47Flash" + ResourceTable.Narrow ? "HGMMA" : "HMMA");
        }
    }

    [PtxasTheory]
    [MemberData(nameof(Assembled))]
    public void EveryKernel_AssemblesToTheResourcesOfTheTable(string program)
    {
        var (_, spec) = ResourceTable.Programs(Catalogue.Names).Single(p => p.Name == program);
        var table = ResourceTable.Read(Path.Combine(s_folder, program + ".txt"));
        var texts = ResourceTable.Texts(spec);
        var known = table.Rows.Select(r => $"{r.Kernel} {r.Architecture} {r.Hash}").ToHashSet();
        var changed = texts.Where(t => !known.Contains($"{t.Function.Name} {t.Architecture} {t.Function.Hash}")).Select(t => $"{t.Function.Name} ({t.Architecture})").ToList();
        Assert.True(changed.Count == 0 && texts.Count == table.Rows.Count, $"{program} has {texts.Count} kernels, {table.Rows.Count} in the table; changed: {string.Join(", ", changed)}; {Remedy}");
        var sample = ResourceTable.Of(table.Source, [.. texts.Where((_, i) => i % Sample == 0)], Ptxas.Path);
        foreach (var row in sample.Rows) Check(row);
        // Another assembler gives other numbers; that the texts assemble is shown all the same.
        if (table.Assembler == sample.Assembler) Assert.All(sample.Rows, row => Assert.Contains(row, table.Rows));
    }

    [Fact]
    public void ATable_ReadsBackAsItWasWritten()
    {
        using var folder = new TempFolder();
        var row = new ResourceRow("A.B", "sm_90a", "0123456789ab", 128, 65536, 168, 1024, 0, 0, "0 0 1 2 3 4", 0);
        var table = new ResourceTable("12.4.131", "abc", [row, row with { Architecture = "sm_80" }]);
        table.Write(folder["t.txt"]);
        var read = ResourceTable.Read(folder["t.txt"]);
        Assert.Equal((table.Assembler, table.Source), (read.Assembler, read.Source));
        Assert.Equal(table.Rows, read.Rows);
        Assert.Equal(4, read.Rows[0].Count("QGMMA"));
        Assert.Throws<FormatException>(() => ResourceRow.Parse("A.B sm_80 1"));
    }

    private static void AssertCounts(List<ResourceRow> rows, string kernel, string instruction)
    {
        var row = Assert.Single(rows, r => r.Kernel == kernel);
        Assert.True(row.Count(instruction) > 0, $"{kernel} on {row.Architecture} has no {instruction}");
    }

    private static void Check(ResourceRow row)
    {
        if (!row.UsesMatrixUnit) return;
        Assert.True(row is { StackBytes: 0, SpillBytes: 0, Warnings: 0 } && row.Count("LDL") + row.Count("STL") == 0, $"{row.Kernel} on {row.Architecture} uses local memory or was warned about");
        // What the threads of a group may have in all.
        Assert.True(row.Threads * row.Registers <= 65536, $"{row.Kernel} on {row.Architecture} has {row.Registers} registers for each of {row.Threads} threads");
        Assert.True(row.Architecture == "sm_90a" || row.Count("HGMMA") + row.Count("QGMMA") == 0, $"{row.Kernel} on {row.Architecture} has warpgroup instructions");
        Assert.True(row.Architecture == "sm_89" || row.Count("QMMA") == 0, $"{row.Kernel} on {row.Architecture} has FP8 mma.sync, which it emulates or does not know");
    }
}
