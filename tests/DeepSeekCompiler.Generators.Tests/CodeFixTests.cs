using DeepSeekCompiler.CodeFixes;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace DeepSeekCompiler.Generators.Tests;

public sealed class CodeFixTests
{
    [Theory]
    [InlineData("public sealed class M;", "public sealed partial class M;")]
    [InlineData("// why\nclass M { }", "// why\npartial class M { }")]
    public async Task AClassThatIsNotPartial_BecomesPartial(string before, string after)
    {
        const string Head = Declarations.Usings + "[Variant(BasedOn = typeof(M))]\n";
        var diagnostic = Sandbox.Diagnose(Head + before).Single(d => d.Id == ProblemCode.NotPartial);
        using var workspace = new AdhocWorkspace();
        var document = workspace.AddProject("P", LanguageNames.CSharp).AddDocument("File0.cs", Head + before);

        var actions = new List<CodeAction>();
        var fix = new AddPartialCodeFix();
        await fix.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic.Location.SourceSpan, [diagnostic], (action, _) => actions.Add(action), default));
        var operations = await Assert.Single(actions).GetOperationsAsync(default);
        var changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(document.Id)!;

        Assert.Equal(Head + after, (await changed.GetTextAsync(default)).ToString());
        Assert.Equal(ProblemCode.NotPartial, Assert.Single(fix.FixableDiagnosticIds));
    }

    [Fact]
    public void TheFix_IsExportedAndNeedsNoRuntime()
    {
        Assert.NotEmpty(typeof(AddPartialCodeFix).GetCustomAttributes(typeof(ExportCodeFixProviderAttribute), false));
        Assert.DoesNotContain(typeof(AddPartialCodeFix).Assembly.GetReferencedAssemblies(), a => a.Name!.StartsWith("DeepSeekCompiler.Runtime", StringComparison.Ordinal));
    }
}
