namespace DeepSeekCompiler.Generators.Tests.Walls;

/// <summary>The walls that carry weight, read off the source.</summary>
public class WallTests
{
    private static readonly string s_root = Root();
    private static readonly string s_generator = Path.Combine(s_root, "generators", "DeepSeekCompiler.Generators");

    [Theory]
    [InlineData("Spec")]
    [InlineData("Expressions")]
    [InlineData("Tensors")]
    [InlineData("Loops")]
    [InlineData("Algorithms")]
    [InlineData("Schedules")]
    [InlineData("Targets")]
    [InlineData("Program")]
    public void NothingBehindTheDeclaration_SeesRoslyn(string folder) => Assert.Empty(Mentioning(folder, "Microsoft.CodeAnalysis"));

    [Theory]
    [InlineData("Algorithms")]
    [InlineData("Tensors")]
    [InlineData("Loops")]
    [InlineData("Expressions")]
    public void WhatIsTargetFree_KnowsNoTarget(string folder) => Assert.Empty(Mentioning(folder, "Generators.Targets"));

    [Fact]
    public void TheWallTests_CanFail() => Assert.NotEmpty(Mentioning("Declaration", "Microsoft.CodeAnalysis"));

    [Fact]
    public void TheRuntime_HasNoPathToRoslynOrIlgpu()
    {
        string project = File.ReadAllText(Path.Combine(s_root, "runtime", "DeepSeekCompiler.Runtime", "DeepSeekCompiler.Runtime.csproj"));
        Assert.DoesNotContain("ILGPU", project, StringComparison.Ordinal);
        Assert.DoesNotContain("CodeAnalysis", project, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesAreSmall()
    {
        var lengths = new[] { "generators", "kernels", "runtime" }.SelectMany(f => Sources(Path.Combine(s_root, f))).Select(f => (File: f, Lines: File.ReadAllLines(f).Length)).OrderBy(f => f.Lines).ToList();
        Assert.True(lengths[lengths.Count / 2].Lines < 100, $"the median file has {lengths[lengths.Count / 2].Lines} lines");
        var large = lengths.Where(f => f.Lines > 420).Select(f => Path.GetRelativePath(s_root, f.File));
        Assert.Empty(large);
    }

    private static List<string> Mentioning(string folder, string text) =>
        Sources(Path.Combine(s_generator, folder)).Where(f => File.ReadAllText(f).Contains(text, StringComparison.Ordinal)).ToList();

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DeepSeekCompiler.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("DeepSeekCompiler.sln is above no folder of this test");
        return folder.FullName;
    }
}
