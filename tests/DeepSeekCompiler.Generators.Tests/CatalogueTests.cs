using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tests.Support;

namespace DeepSeekCompiler.Generators.Tests;

public sealed class CatalogueTests
{
    private static readonly Lazy<IReadOnlyList<ModelSpec>> Specs = new(() =>
    {
        var compilation = Sandbox.Compile([.. Files.Catalogue()]);
        var run = Sandbox.Driver().RunGenerators(compilation).GetRunResult();
        Assert.Empty(run.Diagnostics);
        return [.. Steps.Outputs(run, TrackingNames.Spec).Cast<ModelSpec>()];
    });

    public static TheoryData<string> Names => [.. Files.ConfigNames("public-").Select(n => n["public-".Length..])];

    [Fact]
    public void TheCatalogue_IsComplete() => Assert.Equal(
        Files.ConfigNames("public-").Select(n => n["public-".Length..]), Specs.Value.Select(s => s.ClassName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void EachModel_SaysWhatItsPublishedConfigSays(string name)
    {
        var declared = Specs.Value.Single(s => s.ClassName == name);
        Assert.Equal(ConfigReader.Read(Files.Config("public-" + name), name, declared.Namespace).Spec, declared);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EachModel_Compiles(string name)
    {
        var spec = Specs.Value.Single(s => s.ClassName == name);
        var first = ModelCompiler.Compile(spec, CompileOptions.AllWidths);
        Assert.Equal(first.Select(f => f.HintName).Distinct(StringComparer.Ordinal).Count(), first.Count);
        Assert.All(first, f => Assert.Empty(Sandbox.Tree(f.Text).GetDiagnostics()));
        Assert.Equal(first, ModelCompiler.Compile(spec with { }, CompileOptions.AllWidths));
    }
}
