using DeepSeekCompiler.Generators.Tests.Support;
using Microsoft.CodeAnalysis;

namespace DeepSeekCompiler.Generators.Tests;

/// <summary>Caching, in both directions: what must not run does not, what must run does.</summary>
public sealed class IncrementalTests
{
    private const string Other = Declarations.Usings + "[ModelFromConfig(\"config.json\")] partial class FromFile;";
    private const string Unrelated = "class Unrelated { int A; }";

    private static readonly string[] AllSteps =
        [TrackingNames.Config, TrackingNames.Declaration, TrackingNames.Symbolless, TrackingNames.Spec, TrackingNames.Source, TrackingNames.Diagnostic];

    [Fact]
    public void AnEditInAnUnrelatedFile_LeavesEveryStepCached()
    {
        var run = Edit(2, "class Unrelated { int A; int B; }");
        Assert.NotEmpty(Steps.Reasons(run, TrackingNames.Spec));
        Assert.All(AllSteps.SelectMany(s => Steps.Reasons(run, s)), reason => Assert.True(Steps.IsCached(reason), reason.ToString()));
        Assert.All(run.Results.Single().TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs), o => Assert.True(Steps.IsCached(o.Reason)));
    }

    [Fact]
    public void AChangedSetting_ReRunsItsModelAndNoOther()
    {
        var run = Edit(0, Declarations.Valid.Replace("KvLoraRank = 16", "KvLoraRank = 20", StringComparison.Ordinal));
        foreach (var step in new[] { TrackingNames.Declaration, TrackingNames.Symbolless, TrackingNames.Spec })
        {
            Assert.Single(Steps.Reasons(run, step), r => r == IncrementalStepRunReason.Modified);
            Assert.Single(Steps.Reasons(run, step), Steps.IsCached);
        }

        Assert.All(Steps.Reasons(run, TrackingNames.Config), r => Assert.True(Steps.IsCached(r)));
    }

    [Fact]
    public void AComment_MovesPlacesButNotTheSpecification()
    {
        var run = Edit(0, "// a comment\n" + Declarations.Valid);
        Assert.Single(Steps.Reasons(run, TrackingNames.Declaration), r => r == IncrementalStepRunReason.Modified);
        foreach (var step in new[] { TrackingNames.Symbolless, TrackingNames.Spec, TrackingNames.Source })
        {
            Assert.All(Steps.Reasons(run, step), r => Assert.True(Steps.IsCached(r)));
        }
    }

    [Fact]
    public void WhiteSpaceInAFile_LeavesEveryStepCached()
    {
        var run = EditFile(json => json.Replace("\n", "\n\n  ", StringComparison.Ordinal));
        Assert.NotEmpty(Steps.Reasons(run, TrackingNames.Config));
        Assert.All(AllSteps.SelectMany(s => Steps.Reasons(run, s)), reason => Assert.True(Steps.IsCached(reason), reason.ToString()));
    }

    [Fact]
    public void AChangedFile_ReRunsItsModelAndNoOther()
    {
        var run = EditFile(json => json.Replace("\"kv_lora_rank\": 48", "\"kv_lora_rank\": 40", StringComparison.Ordinal));
        Assert.Equal([IncrementalStepRunReason.Modified], Steps.Reasons(run, TrackingNames.Config));
        Assert.Single(Steps.Reasons(run, TrackingNames.Spec), r => r == IncrementalStepRunReason.Modified);
        Assert.Single(Steps.Reasons(run, TrackingNames.Spec), Steps.IsCached);
        Assert.All(Steps.Reasons(run, TrackingNames.Symbolless), r => Assert.True(Steps.IsCached(r)));
    }

    [Fact]
    public void AChangedBase_ReRunsItsVariant()
    {
        var driver = Sandbox.Driver();
        var compilation = Sandbox.Compile(Declarations.Valid, Declarations.Usings + "[Variant(BasedOn = typeof(Demo.Tiny), VocabSize = 7)] partial class V;");
        driver = driver.RunGenerators(compilation);
        var edited = Sandbox.Tree(Declarations.Valid.Replace("HiddenSize = 64", "HiddenSize = 32", StringComparison.Ordinal));
        var run = driver.RunGenerators(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[0], edited)).GetRunResult();
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Modified], Steps.Reasons(run, TrackingNames.Spec));
    }

    private static GeneratorDriverRunResult Edit(int tree, string text)
    {
        var compilation = Sandbox.Compile(Declarations.Valid, Other, Unrelated);
        var driver = Sandbox.Driver(File()).RunGenerators(compilation);
        return driver.RunGenerators(compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[tree], Sandbox.Tree(text, tree))).GetRunResult();
    }

    private static GeneratorDriverRunResult EditFile(Func<string, string> edit)
    {
        var compilation = Sandbox.Compile(Declarations.Valid, Other);
        var file = File();
        var driver = Sandbox.Driver(file).RunGenerators(compilation);
        var changed = edit(Files.Config("golden-v3-tiny"));
        Assert.NotEqual(Files.Config("golden-v3-tiny"), changed);
        return driver.ReplaceAdditionalText(file, new TextFile(file.Path, changed)).RunGenerators(compilation).GetRunResult();
    }

    private static TextFile File() => new("/model/config.json", Files.Config("golden-v3-tiny"));
}
