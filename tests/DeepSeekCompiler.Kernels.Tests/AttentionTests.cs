using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Kernels.Tests;

/// <summary>Attention by itself; whole models have it in both forms on every target and width.</summary>
public class AttentionTests
{
    [Fact]
    public void KernelsAndRuntime_AgreeOnTheirLimits() =>
        Assert.Equal((Limits.MaxChunk, Limits.MaxDeviceChunk, Limits.MaxDecode, Limits.MaxStreaming, Limits.MaxSplits), (CompiledModel.MaxChunk, CompiledModel.MaxDeviceChunk, CompiledModel.MaxDecode, CompiledModel.MaxStreaming, CompiledModel.MaxSplits));

    [Fact]
    public void Host_MatchesThePlainReference()
    {
        using var target = new KernelHost(AttentionCases.Spec(3, 16, 8, 40, 24, NumberFormat.F32), 256);
        AttentionCases.Check(target, 3, 16, 8, 40, 24, NumberFormat.F32, Tolerances.Contraction);
    }

    // Rows of a head's key in one scale block, whole vectors of latents and ragged ones; and rows that cross blocks.
    [Theory]
    [InlineData(512, 17, 64, 16, 256, 64)]
    [InlineData(256, 9, 24, 8, 144, 40)]
    [InlineData(512, 9, 100, 8, 136, 24)]
    [InlineData(0, 8, 24, 8, 40, 104)]
    public void HostWithScaledWeights_MatchesThePlainReference(int width, int heads, int nope, int rope, int latent, int value)
    {
        using var target = new KernelHost(AttentionCases.Spec(heads, nope, rope, latent, value, NumberFormat.F32, NumberFormat.E4M3), width);
        AttentionCases.Check(target, heads, nope, rope, latent, value, NumberFormat.F32, Tolerances.Contraction, NumberFormat.E4M3);
    }

    // Few heads and blocks of them; latents of less than a block of words, of whole ones and of ragged ones.
    [Theory]
    [InlineData(512, 17, 256, 32)]
    [InlineData(256, 9, 300, 8)]
    [InlineData(128, 40, 140, 16)]
    [InlineData(0, 3, 40, 8)]
    public void HostWithWholeNumbers_MatchesThePlainReference(int width, int heads, int latent, int rope)
    {
        using var target = new KernelHost(AttentionCases.Spec(heads, 16, rope, latent, 24, NumberFormat.I16), width);
        AttentionCases.Check(target, heads, 16, rope, latent, 24, NumberFormat.I16, Tolerances.FixedAttention);
    }

    [OpenClFact]
    public void OpenCl_MatchesThePlainReference()
    {
        using var target = new KernelDevice(AttentionCases.Spec(2, 16, 8, 40, 24, NumberFormat.BF16), DeviceVariant.Cpu);
        AttentionCases.Check(target, 2, 16, 8, 40, 24, NumberFormat.BF16, Tolerances.Contraction);
    }
}
