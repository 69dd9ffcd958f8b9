using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Explaining;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Gpu.Tests.Support;
using DeepSeekCompiler.Runtime.Gpu.Cuda;

namespace DeepSeekCompiler.Gpu.Tests.Explaining;

/// <summary>Names, roofline bounds, occupancy and what an explanation holds.</summary>
public class ExplainTests
{
    private static readonly ModelSpec s_v3 = Catalogue.Find("DeepSeekV3")!;

    [Theory]
    [InlineData("mla_decode", "AttentionDecode")]
    [InlineData("attention_decode", "AttentionDecode")]
    [InlineData("flash-prefill", "AttentionPrefill")]
    [InlineData("fp8_gemm", "AttentionOutPrefill")]
    [InlineData("grouped_gemm_masked", "ExpertGateUpDecode")]
    public void FieldNames_MeanGeneratedKernels(string name, string kernel) => Assert.Equal(kernel, KernelNames.Resolve(name, Names(), NumberFormat.E4M3));

    [Fact]
    public void UnknownNames_ListTheKnownOnes()
    {
        string unknown = Assert.Throws<ArgumentException>(() => KernelNames.Resolve("conv2d", Names(), NumberFormat.E4M3)).Message;
        Assert.Contains("AttentionDecode", unknown, StringComparison.Ordinal);
        Assert.Contains("mla_decode", unknown, StringComparison.Ordinal);
        Assert.Contains("BF16", Assert.Throws<ArgumentException>(() => KernelNames.Resolve("fp8_gemm", Names(), NumberFormat.BF16)).Message, StringComparison.Ordinal);
    }

    // The products' own terms, written down by hand; norms and quantisers add a little on top.
    [Theory]
    [InlineData("AttentionOutDecode", 1, 2.0 * 16384 * 7168, 16384.0 * 7168)]
    [InlineData("AttentionOutPrefill", 512, 2.0 * 512 * 16384 * 7168, 16384.0 * 7168 + 4.0 * 512 * (16384 + 2 * 7168))]
    [InlineData("ExpertGateUpDecode", 1, 8 * 4.0 * 7168 * 2048, 8 * 2.0 * 7168 * 2048)]
    [InlineData("AttentionDecode", 1, 2.0 * 128 * (4096 * (576 + 512) + 512 * 256), 4096.0 * 576 * 4 + 128.0 * 256 * 512)]
    [InlineData("Embed", 1, 0, 7168 * 6.0)]
    public void Work_IsThatOfTheFormula(string kernel, int tokens, double flops, double bytes)
    {
        var model = KernelSet.Of(s_v3).Kernels.Single(k => k.Name == kernel);
        var work = Roofline.Of(s_v3, model.Lower(HostTarget.Scalar).Kernel, tokens, 4096).Work;
        Assert.InRange(work.Flops, flops, flops * 1.03);
        Assert.InRange(work.Bytes, bytes, bytes * 1.02);
    }

    // By the tables of the CUDA programming guide.
    [Theory]
    [InlineData("sm_80", 256, 32, 0, 8, "warps")]
    [InlineData("sm_90a", 384, 168, 200 * 1024, 1, "registers")]
    [InlineData("sm_90a", 128, 32, 100 * 1024, 2, "shared memory")]
    [InlineData("sm_89", 128, 128, 0, 4, "registers")]
    [InlineData("sm_89", 32, 16, 0, 24, "groups")]
    public void Occupancy_FollowsTheLimits(string architecture, int threads, int registers, int shared, int groups, string limit)
    {
        var occupancy = MultiprocessorLimits.Of(architecture)!.Occupy(threads, registers, shared);
        Assert.Equal((groups, limit), (occupancy.Groups, occupancy.Limit));
    }

    [PtxasFact]
    public void AnExplainedKernel_ShowsScheduleResourcesCodePtxAndBound()
    {
        string text = new Explainer(s_v3, new ExplainOptions { Target = "cuda" }).Kernel("mla_decode");
        foreach (string part in new[] { "schedule:", "registers", "occupancy", "roofline", "public static class AttentionDecode", ".visible .entry", ".target sm_90a", "bound by memory", "312 TFLOPS BF16", "1979 TFLOPS E4M3" })
            Assert.Contains(part, text, StringComparison.Ordinal);
        foreach (var build in CudaBuild.All) Assert.Contains(build.Architecture, text, StringComparison.Ordinal);
    }

    [Fact]
    public void CanonicalText_IsTheSame_WhateverWasCompiledBefore()
    {
        var build = CudaBuild.All[0];
        var all = CudaCode.Of(s_v3, build).Where(f => f.Name.StartsWith("Combine.", StringComparison.Ordinal));
        Assert.Equal(all, CudaCode.Of(s_v3, build, "Combine"));
    }

    private static List<string> Names() => [.. KernelSet.Of(s_v3).Kernels.Select(k => k.Name)];
}
