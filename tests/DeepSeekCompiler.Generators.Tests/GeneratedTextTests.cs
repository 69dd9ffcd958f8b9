using System.Text.RegularExpressions;
using DeepSeekCompiler.Generators.Declaration.Checks;
using DeepSeekCompiler.Generators.Declaration.Configs;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DeepSeekCompiler.Generators.Tests;

/// <summary>Generated code for names and sizes at the edge of what may be declared.</summary>
public sealed class GeneratedTextTests
{
    private const string Words = "namespace @event.@namespace;\n[Model(HiddenSize = 64, NumHiddenLayers = 1, VocabSize = 100, IntermediateSize = 96)]\n"
        + "[GroupedQueryAttention(NumAttentionHeads = 2, HeadDim = 8)]\npartial class @record;";

    /// <summary>Sizes that are each as large as their rule lets them be: latent ones, those of products, experts.</summary>
    public static TheoryData<int, int, int, int, int> Largest => new()
    {
        { 65535, 64, 4096, 256, 256 },
        { 512, 64, 1024, 1024, 1024 },
        { 64, 4096, 16, 64, 16 },
    };

    [Fact]
    public void WordsOfTheLanguage_CanBeNames()
    {
        var driver = CSharpGeneratorDriver.Create([new ModelGenerator((spec, options) => ModelCompiler.Compile(spec, options with { Widths = VectorWidths.Scalar })).AsSourceGenerator()]);
        var result = driver.RunGenerators(Sandbox.Compile(Declarations.Usings + Words)).GetRunResult();
        Assert.Null(Assert.Single(result.Results).Exception);
        Assert.NotEmpty(result.GeneratedTrees);
        Assert.All(result.GeneratedTrees, t => Assert.DoesNotContain(t.GetDiagnostics(), d => d.Severity == DiagnosticSeverity.Error));
    }

    [Theory]
    [MemberData(nameof(Largest))]
    public void TheLargestSizes_LeaveRoomOnAWorkersStack(int hidden, int heads, int rank, int nope, int value)
    {
        const int Stack = 16 << 20;
        var spec = ConfigReader.Read(Files.Config("golden-v3-tiny"), "M", "").Spec! with
        {
            HiddenSize = hidden, IntermediateSize = 32767, VocabSize = 16384, NumHiddenLayers = 2,
            Attention = new LatentAttentionSpec { NumAttentionHeads = heads, QLoraRank = 0, KvLoraRank = rank, QkNopeHeadDim = nope, QkRopeHeadDim = 64, VHeadDim = value },
        };
        spec = spec with { Experts = spec.Experts! with { NSharedExperts = 1, MoeIntermediateSize = 32767, NumExpertsPerTok = 4 } };
        Assert.Empty(SpecValidator.Check(spec));
        foreach (var file in ModelCompiler.Compile(spec, new CompileOptions(VectorWidths.V512)))
        {
            foreach (var method in file.Text.Split("private static void ")) Assert.InRange(StackOf(method), 0, Stack - (1 << 20));
        }
    }

    private static long StackOf(string method) => Regex.Matches(method, @"stackalloc (\w+)\[(\d+)\]")
        .Sum(m => int.Parse(m.Groups[2].Value) * (m.Groups[1].Value switch { "byte" or "sbyte" => 1L, "short" or "ushort" => 2L, _ => 4L }));
}
