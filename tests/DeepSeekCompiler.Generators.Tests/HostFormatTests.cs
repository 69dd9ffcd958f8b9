using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tests.Support;

namespace DeepSeekCompiler.Generators.Tests;

/// <summary>What a declaration says about the numbers that kernels compute with, beyond what a checkpoint stores.</summary>
public class HostFormatTests
{
    [Theory]
    [InlineData("[Formats(Cache = StorageFormat.I16, SplitActivations = true)] [MixtureOfExperts", "")]
    [InlineData("[MixtureOfExperts", "[Variant(BasedOn = typeof(Tiny), CacheFormat = StorageFormat.I16, SplitActivations = true)] partial class M;")]
    public void Attributes_NameThem(string experts, string variant)
    {
        var spec = Specs(Declarations.Valid.Replace("[MixtureOfExperts", experts, StringComparison.Ordinal) + "\n" + variant).Last();
        Assert.Equal((NumberFormat.I16, true), (spec.Formats.Cache, spec.Formats.SplitActivations));
    }

    [Fact]
    public void PromptsOfSplitActivations_MultiplyFloats()
    {
        var spec = Specs(Declarations.Valid).Single();
        var split = Compile(spec with { Formats = spec.Formats with { SplitActivations = true } }, CompileOptions.AllTargets);
        var whole = Compile(spec, CompileOptions.AllTargets);
        Assert.Contains("PairDot", whole["Demo.Tiny.AttentionOutPrefill.g.cs"], StringComparison.Ordinal);
        Assert.All(split, file => Assert.DoesNotContain("PairDot", file.Value, StringComparison.Ordinal));
        // Matrix instructions take two terms of an activation, other devices float32 in any case.
        Assert.NotEqual(whole["Demo.Tiny.AttentionOutPrefill.OnSm80.g.cs"], split["Demo.Tiny.AttentionOutPrefill.OnSm80.g.cs"]);
        Assert.Equal(whole["Demo.Tiny.AttentionOutPrefill.OnDevice32.g.cs"], split["Demo.Tiny.AttentionOutPrefill.OnDevice32.g.cs"]);
        Assert.Equal(whole["Demo.Tiny.AttentionOutDecode.g.cs"], split["Demo.Tiny.AttentionOutDecode.g.cs"]);
    }

    [Fact]
    public void ACacheOfWholeNumbers_IsCompiledForTheHostAlone()
    {
        var spec = Specs(Declarations.Valid).Single();
        var files = Compile(spec with { Formats = spec.Formats with { Cache = NumberFormat.I16 } }, CompileOptions.AllTargets);
        Assert.DoesNotContain(files.Keys, name => name.Contains(".On", StringComparison.Ordinal));
        Assert.DoesNotContain("IDeviceModel", files["Demo.Tiny.g.cs"], StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Compile(ModelSpec spec, CompileOptions options) => ModelCompiler.Compile(spec, options).ToDictionary(f => f.HintName, f => f.Text);

    private static IEnumerable<ModelSpec> Specs(string source)
    {
        var result = Sandbox.Driver().RunGenerators(Sandbox.Compile(source)).GetRunResult();
        Assert.Empty(result.Diagnostics);
        return Steps.Outputs(result, TrackingNames.Spec).OfType<ModelSpec>();
    }
}
