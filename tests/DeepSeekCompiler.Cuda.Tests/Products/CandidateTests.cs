using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cuda.Tests.Products;

/// <summary>Every candidate that tuning may measure on matrix instructions computes the same on the simulated machine.</summary>
public class CandidateTests
{
    [Theory]
    [InlineData(DeviceVariants.Sm80, NumberFormat.BF16)]
    [InlineData(DeviceVariants.Sm89, NumberFormat.E4M3)]
    [InlineData(DeviceVariants.Sm90, NumberFormat.BF16)]
    public void TilesOfManyTokens_MultiplyWholeNumbersExactly(DeviceVariants variant, NumberFormat format)
    {
        var given = new ProductCase(variant, 136, 80, format, 40);
        var candidates = given.Candidates("DenseDownPrefill");
        Assert.True(candidates.Count > 3, $"{candidates.Count} candidates");
        foreach (var choice in candidates) (given with { Choice = choice }).WholeNumbers();
    }

    /// <summary>Two products a tile: gate and up projection.</summary>
    [Fact]
    public void TilesOfTwoProducts_MatchThePlainReference()
    {
        var given = new ProductCase(DeviceVariants.Sm80, 72, 72, NumberFormat.BF16, 20) { Split = true };
        var candidates = given.Candidates("DenseGateUpPrefill");
        Assert.True(candidates.Count > 3, $"{candidates.Count} candidates");
        // A head beside them takes time; half of the candidates have every kind of tile.
        foreach (var choice in candidates.Where((_, i) => i % 2 == 0)) (given with { Choice = choice }).Projections();
    }

    [Fact]
    public void WarpsOfFewTokens_MatchThePlainReference()
    {
        var given = new ProductCase(DeviceVariants.Sm80, 272, 144, NumberFormat.BF16, 3) { Decode = true };
        var candidates = given.Candidates("DenseGateUpDecode");
        Assert.Equal(4, candidates.Count);
        foreach (var choice in candidates) (given with { Choice = choice }).Projections();
    }

    [Fact]
    public void AttentionTiles_MatchThePlainReference()
    {
        var prefill = AttentionCase.Latent(1, 16, 8, 40, 70, 90, 0);
        foreach (var choice in prefill.Kernels().Candidates("AttentionPrefill")) Assert.InRange((prefill with { Choice = choice }).Error(whole: false), 0, Tolerances.Bf16Attention);
        var decode = AttentionCase.Latent(37, 8, 8, 80, 2, 190, 2);
        var candidates = decode.Kernels().Candidates("AttentionDecode");
        Assert.Contains(candidates, c => c.Heads == 16 && c.Stages == 2);
        foreach (var choice in candidates.Where(c => c.Parts is null)) Assert.InRange((decode with { Choice = choice }).Error(whole: false), 0, Tolerances.Bf16Attention);
    }
}
