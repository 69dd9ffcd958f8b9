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
          { "kernel": "AttentionOutPrefill", "weights": "64x32 bf16", "choice": { "tokens": 5, "vectors": 2 } } ] }
        """;

    [Theory]
    [InlineData("[]", 1, 1, "an object")]
    [InlineData("{ \"version\": 1, }", 1, 17, "JSON")]
    [InlineData("{\n \"version\": 3, \"host\": [] }", 2, 13, "version 1 and 2")]
    [InlineData("{ \"version\": 2, \"host\": [] }", 1, 25, "entries")]
    [InlineData("{ \"version\": 2, \"entries\": [\n  { \"kernel\": \"A\", \"shape\": \"1x1 f32\", \"choice\": { \"tokens\": 4 } } ] }", 2, 3, "target")]
    [InlineData("{ \"version\": 2, \"entries\": [ { \"kernel\": \"A\", \"shape\": \"1x1 f32\", \"choice\": { \"tokens\": 4 },\n \"target\": \"opencl\" } ] }", 2, 12, "portable-cpu")]
    [InlineData("{ \"version\": 2, \"entries\": [ { \"target\": \"host\", \"kernel\": \"A\", \"shape\": \"1x1 f32\",\n \"choice\": { \"warps\": 4 } } ] }", 2, 23, "warps")]
    [InlineData("{ \"version\": 2, \"entries\": [ { \"target\": \"portable-cpu\", \"kernel\": \"A\", \"shape\": \"1x1 f32\",\n \"choice\": { \"warps\": 4 } } ] }", 2, 23, "on portable-cpu")]
    [InlineData("{ \"version\": 2, \"entries\": [ { \"target\": \"cuda-sm80\", \"kernel\": \"A\", \"shape\": \"1x1 f32\",\n \"choice\": { \"stages\": 9 } } ] }", 2, 24, "2 to 6")]
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
    [InlineData("AttentionOutPrefill", "64x32 bf16", "\"block\": 64", "no block")]
    public void AChoiceThatDoesNotFitItsKernel_IsAnError(string kernel, string weights, string choice, string word) =>
        Check($$"""
            { "version": 1, "host": [ { "kernel": "{{kernel}}", "weights": "{{weights}}",
              "choice": { {{choice}} } } ] }
            """, ProblemCode.TuningChoice, DiagnosticSeverity.Error, 2, 13, word);

    [Theory]
    [InlineData("ConvolutionDecode", "64x32 bf16", "no kernel ConvolutionDecode")]
    [InlineData("AttentionOutPrefill", "640x320 bf16", "64x32 bf16")]
    [InlineData("AttentionPrefill", "64x32 bf16", "4 heads of 14 and 8, 16 + 6 cached f32")]
    [InlineData("FinalNorm", "64x32 bf16", "nothing to choose")]
    public void AnEntryForNoKernel_IsMentioned(string kernel, string weights, string word) =>
        Check($$"""
            { "version": 1, "host": [ { "kernel": "{{kernel}}", "weights": "{{weights}}",
              "choice": { "tokens": 5 } } ] }
            """, ProblemCode.TuningUnused, DiagnosticSeverity.Info, 2, 13, word);

    [Theory]
    [InlineData("portable-cpu", "AttentionOutPrefill", "64x32 bf16", "\"threads\": 64", "no threads")]
    [InlineData("portable-cpu", "AttentionOutPrefill", "64x32 bf16", "\"rows\": 12", "does not divide")]
    [InlineData("portable-warp32", "AttentionOutPrefill", "64x32 bf16", "\"threads\": 96", "portable-warp32")]
    [InlineData("portable-warp32", "AttentionOutPrefill", "64x32 bf16", "\"tokens\": 16, \"rows\": 16", "256 sums")]
    [InlineData("cuda-sm80", "AttentionOutPrefill", "64x32 bf16", "\"tokens\": 256, \"rows\": 256", "bytes of shared memory")]
    [InlineData("cuda-sm80", "AttentionOutPrefill", "64x32 bf16", "\"warpTokens\": 48", "do not divide among 8 warps")]
    [InlineData("cuda-sm90", "AttentionOutPrefill", "64x32 bf16", "\"rows\": 64", "128 or 256")]
    [InlineData("cuda-sm89", "AttentionOutDecode", "64x32 bf16", "\"warps\": 3", "3 is none of them")]
    [InlineData("host", "AttentionPrefill", "4 heads of 14 and 8, 16 + 6 cached f32", "\"tokens\": 9, \"queries\": 18", "41 registers")]
    public void AChoiceThatDoesNotFitItsTarget_IsAnError(string target, string kernel, string shape, string choice, string word) =>
        Check($$"""
            { "version": 2, "device": "any", "entries": [ { "target": "{{target}}", "kernel": "{{kernel}}", "shape": "{{shape}}",
              "choice": { {{choice}} } } ] }
            """, ProblemCode.TuningChoice, DiagnosticSeverity.Error, 2, 13, word);

    [Fact]
    public void AnEntryForADevice_IsMentioned_WhereTheProjectHasNone() =>
        Check("""
            { "version": 2, "entries": [ { "target": "portable-cpu", "kernel": "AttentionOutPrefill", "shape": "64x32 bf16",
              "choice": { "tokens": 4 } } ] }
            """, ProblemCode.TuningUnused, DiagnosticSeverity.Info, 2, 13, "compiles for the host alone");

    [Fact]
    public void ChoicesForADevice_AreReadByItAlone()
    {
        var spec = (Spec.ModelSpec)Steps.Outputs(Run(Driver(), Declarations.Valid).GetRunResult(), TrackingNames.Spec).Single();
        string file = """
            { "version": 2, "entries": [
              { "target": "portable-warp32", "kernel": "AttentionOutPrefill", "shape": "64x32 bf16", "choice": { "tokens": 3, "threads": 64 } },
              { "target": "portable-warp32", "kernel": "AttentionDecode", "shape": "4 heads of 14 and 8, 16 + 6 cached f32", "choice": { "parts": 5 } },
              { "target": "cuda-sm89", "kernel": "AttentionOutPrefill", "shape": "64x32 bf16", "choice": { "stages": 3 } } ] }
            """;
        var read = TuningReader.Read(Path, file);
        Assert.Empty(read.Problems);
        Assert.Empty(TuningChecks.Of(spec, read, CompileOptions.AllTargets));
        var plain = ModelCompiler.Compile(spec, CompileOptions.AllTargets);
        var tuned = ModelCompiler.Compile(spec, CompileOptions.AllTargets with { Tuning = read.Tuning }).ToDictionary(f => f.HintName, f => f.Text);
        string[] changed = [.. plain.Where(f => tuned[f.HintName] != f.Text).Select(f => f.HintName)];
        Assert.Equal(["Demo.Tiny.AttentionDecode.OnDevice32.g.cs", "Demo.Tiny.AttentionOutPrefill.OnDevice32.g.cs", "Demo.Tiny.g.cs"], changed.Order(StringComparer.Ordinal));
        // The kernel that it took over before is its own now; decode attention of CUDA devices is that anyway.
        Assert.Equal(["Demo.Tiny.AttentionOutPrefill.OnSm89.g.cs"],
            tuned.Keys.Except(plain.Select(f => f.HintName)).Order(StringComparer.Ordinal));
        Assert.Contains("groups of 64", tuned["Demo.Tiny.AttentionOutPrefill.OnDevice32.g.cs"], StringComparison.Ordinal);
        Assert.Contains(", 64, plain: true);", tuned["Demo.Tiny.AttentionOutPrefill.OnDevice32.g.cs"], StringComparison.Ordinal);
        Assert.Contains("by the tuning file stages 3", tuned["Demo.Tiny.AttentionOutPrefill.OnSm89.g.cs"], StringComparison.Ordinal);
        Assert.Contains("* tokens, position, tokens, 5);", tuned["Demo.Tiny.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void ChoicesForPromptsAndSplits_StandInTheProgram()
    {
        var spec = (Spec.ModelSpec)Steps.Outputs(Run(Driver(), Declarations.Valid).GetRunResult(), TrackingNames.Spec).Single();
        var read = TuningReader.Read(Path, """
            { "version": 2, "entries": [
              { "target": "host", "kernel": "Prompt", "shape": "3 layers of 64", "choice": { "chunk": 192 } },
              { "target": "host", "kernel": "AttentionDecode", "shape": "4 heads of 14 and 8, 16 + 6 cached f32", "choice": { "parts": 2 } } ] }
            """);
        Assert.Empty(TuningChecks.Of(spec, read, CompileOptions.AllWidths));
        string program = ModelCompiler.Compile(spec, CompileOptions.AllWidths with { Tuning = read.Tuning })[0].Text;
        Assert.Contains("protected override int PromptChunk => 192;", program, StringComparison.Ordinal);
        Assert.Contains("position + tokens, 2);", program, StringComparison.Ordinal);
    }

    [Fact]
    public void ChoicesChangeTheirKernel_AndNoOther()
    {
        var spec = (Spec.ModelSpec)Steps.Outputs(Run(Driver(), Declarations.Valid).GetRunResult(), TrackingNames.Spec).Single();
        var plain = ModelCompiler.Compile(spec, CompileOptions.AllWidths);
        var tuned = ModelCompiler.Compile(spec, CompileOptions.AllWidths with { Tuning = TuningReader.Read(Path, Good).Tuning });
        Assert.Equal(plain.Select(f => f.HintName), tuned.Select(f => f.HintName));
        string changed = Assert.Single(plain.Zip(tuned), p => p.First.Text != p.Second.Text).Second.Text;
        Assert.Contains("by the tuning file tokens 5, vectors 2", changed, StringComparison.Ordinal);
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
