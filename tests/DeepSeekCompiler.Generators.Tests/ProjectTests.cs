using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Generators.Tests;

/// <summary>A project in which generated code would not compile hears so in one sentence, and generates nothing.</summary>
public sealed class ProjectTests
{
    private static readonly CSharpCompilation s_valid = Sandbox.Compile(Declarations.Valid);

    [Fact]
    public void AProjectWithoutUnsafeCode_IsToldWhatToAdd() => Expect("<AllowUnsafeBlocks>true", s_valid.WithOptions(s_valid.Options.WithAllowUnsafe(false)));

    [Fact]
    public void AProjectOfAnOlderLanguage_IsToldWhatToSay() => Expect("Generated code is C# 12.0, and this project is compiled as C# 11.0", OfLanguage(LanguageVersion.CSharp11));

    [Fact]
    public void AProjectWithoutTheRuntime_IsToldWhatToReferTo() => Expect("add a reference to DeepSeekCompiler.Runtime", s_valid.RemoveSyntaxTrees(s_valid.SyntaxTrees[^1]));

    [Fact]
    public void TheOldestLanguageThatIsEnough_IsEnough() => Assert.Empty(Run(OfLanguage(LanguageVersion.CSharp12)).Diagnostics);

    private static CSharpCompilation OfLanguage(LanguageVersion version)
    {
        var parse = new CSharpParseOptions(version);
        return s_valid.RemoveAllSyntaxTrees().AddSyntaxTrees(s_valid.SyntaxTrees.Select(t => CSharpSyntaxTree.ParseText(t.ToString(), parse, t.FilePath)));
    }

    private static void Expect(string says, CSharpCompilation compilation)
    {
        var result = Run(compilation);
        var diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(ProblemCode.Project, diagnostic.Id);
        Assert.Contains(says, diagnostic.GetMessage(null), StringComparison.Ordinal);
        Assert.Equal("Tiny", diagnostic.Location.SourceTree!.ToString().Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length));
        Assert.Empty(result.GeneratedTrees);
    }

    private static GeneratorDriverRunResult Run(CSharpCompilation compilation) => Sandbox.Driver().RunGenerators(compilation).GetRunResult();
}
