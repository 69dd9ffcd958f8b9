using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Tests.Support;
using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Tests;

public sealed class DiagnosticTests
{
    public static TheoryData<string> Names => [.. DiagnosticCases.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void EachFault_IsReportedOnceAtItsPlace(string name)
    {
        var test = DiagnosticCases.All.Single(c => c.Name == name);
        var start = test.Source.IndexOf('«', StringComparison.Ordinal);
        var end = test.Source.IndexOf('»', StringComparison.Ordinal) - 1;
        var source = test.Source.Replace("«", string.Empty, StringComparison.Ordinal).Replace("»", string.Empty, StringComparison.Ordinal);

        var diagnostic = Assert.Single(Run(source, test.Config));

        Assert.Equal(test.Code, diagnostic.Id);
        Assert.Contains(test.Says, diagnostic.GetMessage(null), StringComparison.Ordinal);
        Assert.Equal(source[start..end], source.Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length));
        Assert.Equal(start, diagnostic.Location.SourceSpan.Start);
    }

    [Fact]
    public void EveryDescriptor_HasACase()
    {
        // What a table row cannot show has tests of its own: two diagnostics or two files below, tuning files in TuningTests, projects in ProjectTests.
        string[] elsewhere = [ProblemCode.BaseBroken, ProblemCode.ConfigAmbiguous, ProblemCode.TuningFile, ProblemCode.TuningChoice, ProblemCode.TuningUnused, ProblemCode.Project];
        var asserted = DiagnosticCases.All.Select(c => c.Code).Concat(elsewhere).ToHashSet();
        Assert.Empty(Descriptors.ByCode.Keys.Except(asserted));
    }

    [Fact]
    public void EveryProblemCode_HasADescriptor()
    {
        var codes = typeof(ProblemCode).GetFields().Select(f => (string)f.GetRawConstantValue()!);
        Assert.Equal(codes.Order(StringComparer.Ordinal), Descriptors.ByCode.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void AValidDeclaration_HasNoDiagnostics() => Assert.Empty(Run(Declarations.Valid, null));

    [Fact]
    public void APragma_SilencesADiagnosticAtItsPlace()
    {
        var wrong = Declarations.Valid.Replace("NGroup = 4", "NGroup = 3", StringComparison.Ordinal);
        var silenced = wrong.Replace("[Mixture", "#pragma warning disable DSC0012\n[Mixture", StringComparison.Ordinal);
        Assert.Equal(ProblemCode.ExpertGroups, Assert.Single(Run(wrong, null)).Id);
        Assert.DoesNotContain(Run(silenced, null), d => !d.IsSuppressed);
    }

    [Fact]
    public void AVariantOfABrokenModel_SaysSoOnBasedOn()
    {
        var source = Declarations.Valid.Replace("HiddenSize = 64", "HiddenSize = 0", StringComparison.Ordinal)
            + "[Variant(BasedOn = typeof(Tiny), VocabSize = 7)] partial class M;";
        var diagnostics = Run(source, null);
        Assert.Equal([ProblemCode.SizeOutOfRange, ProblemCode.BaseBroken], diagnostics.Select(d => d.Id).Order(StringComparer.Ordinal));
        var broken = diagnostics.Single(d => d.Id == ProblemCode.BaseBroken);
        Assert.Contains("HiddenSize is 0", broken.GetMessage(null), StringComparison.Ordinal);
        Assert.Equal("BasedOn = typeof(Tiny)", source.Substring(broken.Location.SourceSpan.Start, broken.Location.SourceSpan.Length));
    }

    [Fact]
    public void ACycleOfTwoVariants_IsReportedOnBoth()
    {
        var diagnostics = Run(
            Declarations.Usings + "[Variant(BasedOn = typeof(B))] partial class A; [Variant(BasedOn = typeof(A))] partial class B;", null);
        Assert.Equal(["A -> B -> A", "B -> A -> B"], diagnostics.Select(d => d.GetMessage(null).Split(": ")[1].TrimEnd('.')).Order(StringComparer.Ordinal));
        Assert.All(diagnostics, d => Assert.Equal(ProblemCode.VariantCycle, d.Id));
    }

    [Fact]
    public void TwoFilesOfThatName_AreAmbiguousUntilThePathSaysMore()
    {
        var files = new[] { "/a/config.json", "/b/config.json" }.Select(p => new TextFile(p, Files.Config("golden-v3-tiny"))).ToArray();
        var ambiguous = Assert.Single(Sandbox.Diagnose(Declarations.Usings + "[ModelFromConfig(\"config.json\")] partial class M;", files));
        Assert.Equal(ProblemCode.ConfigAmbiguous, ambiguous.Id);
        Assert.Contains("/a/config.json, /b/config.json", ambiguous.GetMessage(null), StringComparison.Ordinal);
        Assert.Empty(Sandbox.Diagnose(Declarations.Usings + "[ModelFromConfig(\"a/config.json\")] partial class M;", files));
    }

    [Fact]
    public void AFaultInAFile_PointsIntoTheFileToo()
    {
        var json = Files.Config("golden-v3-tiny").Replace("\"n_group\": 4", "\"n_group\": 5", StringComparison.Ordinal);
        var diagnostic = Assert.Single(Run(Declarations.Usings + "[ModelFromConfig(\"config.json\")] partial class M;", json));
        var place = Assert.Single(diagnostic.AdditionalLocations).GetLineSpan();
        Assert.Equal("/model/config.json", place.Path);
        Assert.Equal("5,", json.Split('\n')[place.StartLinePosition.Line][place.StartLinePosition.Character..]);
    }

    private static IReadOnlyList<Diagnostic> Run(string source, string? config) =>
        Sandbox.Diagnose(source, config is null ? [] : [new TextFile("/model/config.json", config)]);
}
