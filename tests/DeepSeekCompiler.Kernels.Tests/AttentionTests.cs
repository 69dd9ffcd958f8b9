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
        Assert.Equal((Limits.MaxChunk, Limits.MaxDecode, Limits.MaxStreaming, Limits.MaxSplits), (CompiledModel.MaxChunk, CompiledModel.MaxDecode, CompiledModel.MaxStreaming, CompiledModel.MaxSplits));

    [Fact]
    public void Host_MatchesThePlainReference()
    {
        using var target = new KernelHost(AttentionCases.Spec(3, 16, 8, 40, 24, NumberFormat.F32), 256);
        AttentionCases.Check(target, 3, 16, 8, 40, 24, NumberFormat.F32, Tolerances.Contraction);
    }

    [OpenClFact]
    public void OpenCl_MatchesThePlainReference()
    {
        using var target = new KernelDevice(AttentionCases.Spec(2, 16, 8, 40, 24, NumberFormat.BF16), DeviceVariant.Cpu);
        AttentionCases.Check(target, 2, 16, 8, 40, 24, NumberFormat.BF16, Tolerances.Contraction);
    }
}
