using DeepSeekCompiler.Generators.Declaration.Tuning;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Generators.Tests;

/// <summary>The tuning file: what is refused and where, what is used, and what an edit of it runs again.</summary>
public sealed class TuningTests
{
    private const string Path = "/model/machine.tuning.json";

    private const string Good = """
        { "version": 1, "processor": "any", "host": [
          { "kernel": "AttentionOutPrefill", "weights": "64x32 bf16", "choice": { "tokens": 5, "block": 64 } } ] }
        """;

    [Theory]
    [InlineData("[]", 1, 1, "an object")]
    [InlineData("{ \"version\": 1, }", 1, 17, "JSON")]
    [InlineData("{\n \"version\": 2, \"host\": [] }", 2, 13, "version 1")]
    [InlineData("{ \"host\": [] }", 1, 1, "version")]
    [InlineData("{ \"version\": 1, \"hosts\": [] }", 1, 26, "hosts")]
    [InlineData("{ \"version\": 1, \"host\": [\n  { \"kernel\": \"A\" } ] }", 2, 3, "weights")]
    [InlineData("{ \"version\": 1, \"host\": [ { \"kernel\": \"A\", \"weights\": \"1x1 f32\",\n \"choice\": { \"tockens\": 4 } } ] }", 2, 25, "tockens")]
    [InlineData("{ \"version\": 1, \"host\": [ { \"kernel\": \"A\", \"weights\": \"1x1 f32\",\n \"choice\": { \"tokens\": 99 } } ] }", 2, 24, "1 to 14")]
    [InlineData("{ \"version\": 1, \"host\": [ { \"kernel\": \"A\", \"weights\": \"1x1 f32\",\n \"choice\": { \"strip\": 40 } } ] }", 2, 23, "steps of 16")]
    [InlineData("{ \"version\": 1, \"host\": [ { \"kernel\": \"A\", \"weights\": \"1x1 f32\",\n \"choice\": { \"unroll\": \"many\" } } ] }", 2, 24, "many")]
    public void ABadFile_IsOneErrorAtItsPlace(string text, int line, int column, string word) => Check(text, ProblemCode.TuningFile, DiagnosticSeverity.Error, line, column, word);

    [Theory]
    [InlineData("AttentionOutPrefill", "64x32 bf16", "\"unroll\": 2", "no unroll")]
    [InlineData("AttentionOutDecode", "64x32 bf16", "\"tokens\": 2", "no tokens")]
    [InlineData("AttentionOutPrefill", "64x32 bf16", "\"tokens\": 9, \"vectors\": 4", "41 registers")]
    [InlineData("AttentionOutPrefill", "64x32 bf16", "\"vectors\": 3", "do not divide")]
    [InlineData("AttentionOutPrefill", "64x32 bf16", "\"strip\": 128", "64 rows")]
    [InlineData("AttentionOutPrefill", "64x32 bf16", "\"block\": 256", "32 columns")]
    public void AChoiceThatDoesNotFitItsKernel_IsAnError(string kernel, string weights, string choice, string word) =>
        Check($$"""
            { "version": 1, "host": [ { "kernel": "{{kernel}}", "weights": "{{weights}}",
              "choice": { {{choice}} } } ] }
            """, ProblemCode.TuningChoice, DiagnosticSeverity.Error, 2, 13, word);

    [Theory]
    [InlineData("ConvolutionDecode", "64x32 bf16", "no kernel ConvolutionDecode")]
    [InlineData("AttentionOutPrefill", "640x320 bf16", "64x32 bf16")]
    [InlineData("AttentionPrefill", "64x32 bf16", "nothing to choose")]
    public void AnEntryForNoKernel_IsMentioned(string kernel, string weights, string word) =>
        Check($$"""
            { "version": 1, "host": [ { "kernel": "{{kernel}}", "weights": "{{weights}}",
              "choice": { "tokens": 5 } } ] }
            """, ProblemCode.TuningUnused, DiagnosticSeverity.Info, 2, 13, word);

    [Fact]
    public void ChoicesChangeTheirKernel_AndNoOther()
    {
        var spec = (Spec.ModelSpec)Steps.Outputs(Run(Driver(), Declarations.Valid).GetRunResult(), TrackingNames.Spec).Single();
        var plain = ModelCompiler.Compile(spec, CompileOptions.AllWidths);
        var tuned = ModelCompiler.Compile(spec, CompileOptions.AllWidths with { Tuning = TuningReader.Read(Path, Good).Tuning });
        Assert.Equal(plain.Select(f => f.HintName), tuned.Select(f => f.HintName));
        string changed = Assert.Single(plain.Zip(tuned), p => p.First.Text != p.Second.Text).Second.Text;
        Assert.Contains("by the tuning file tokens 5, block 64", changed, StringComparison.Ordinal);
        Assert.Contains("class AttentionOutPrefill", changed, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnrelatedEdit_LeavesTheFileUnread_AndWhiteSpaceLeavesTheSource()
    {
        var file = new TextFile(Path, Good);
        var compilation = Sandbox.Compile(Declarations.Valid, "class Unrelated { int A; }");
        var driver = Driver(file).RunGenerators(compilation);
        var edited = driver.RunGenerators(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[1], Sandbox.Tree("class Unrelated { int A; int B; }", 1))).GetRunResult();
        foreach (var step in new[] { TrackingNames.Tuning, TrackingNames.Choices, TrackingNames.Source, TrackingNames.Diagnostic })
            Assert.All(Steps.Reasons(edited, step), r => Assert.True(Steps.IsCached(r), $"{step} {r}"));
        var spaced = driver.ReplaceAdditionalText(file, new TextFile(Path, "\n\n" + Good)).RunGenerators(compilation).GetRunResult();
        Assert.Equal([IncrementalStepRunReason.Modified], Steps.Reasons(spaced, TrackingNames.Tuning));
        Assert.All(Steps.Reasons(spaced, TrackingNames.Source), r => Assert.True(Steps.IsCached(r)));
    }

    [Fact]
    public void AnotherChoice_MakesTheSourceAnew()
    {
        var file = new TextFile(Path, Good);
        var compilation = Sandbox.Compile(Declarations.Valid);
        var driver = Driver(file).RunGenerators(compilation);
        var changed = driver.ReplaceAdditionalText(file, new TextFile(Path, Good.Replace("5", "4", StringComparison.Ordinal))).RunGenerators(compilation).GetRunResult();
        Assert.Equal([IncrementalStepRunReason.Modified], Steps.Reasons(changed, TrackingNames.Source));
        Assert.All(Steps.Reasons(changed, TrackingNames.Spec), r => Assert.True(Steps.IsCached(r)));
    }

    private static void Check(string text, string code, DiagnosticSeverity severity, int line, int column, string word)
    {
        Run(Driver(new TextFile(Path, text)), Declarations.Valid, out var diagnostics);
        var diagnostic = Assert.Single(diagnostics);
        Assert.Equal((code, severity), (diagnostic.Id, diagnostic.Severity));
        Assert.Contains(word, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var place = diagnostic.Location.GetLineSpan();
        Assert.Equal((Path, line, column), (place.Path, place.StartLinePosition.Line + 1, place.StartLinePosition.Character + 1));
    }

    private static GeneratorDriver Run(GeneratorDriver driver, string source) => Run(driver, source, out _);

    private static GeneratorDriver Run(GeneratorDriver driver, string source, out System.Collections.Immutable.ImmutableArray<Diagnostic> diagnostics) =>
        driver.RunGeneratorsAndUpdateCompilation(Sandbox.Compile(source), out _, out diagnostics);

    // Stands for the compiler: text that changes whenever specification or options do.
    private static GeneratorDriver Driver(params AdditionalText[] files) => CSharpGeneratorDriver.Create(
        [new ModelGenerator((spec, options) => [new GeneratedFile($"{spec.ClassName}.g.cs", $"// {options.Tuning}")]).AsSourceGenerator()],
        files,
        new CSharpParseOptions(LanguageVersion.Latest),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
}
