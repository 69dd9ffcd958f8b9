using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Gpu.Tests.MockDriver;
using DeepSeekCompiler.Gpu.Tests.Support;
using DeepSeekCompiler.Runtime.Gpu.Offline;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Gpu.Tests.Tuning;

/// <summary>Candidates for CUDA devices: what an assembler refuses, and the measuring loop under the pretended driver, whose launches take a microsecond a thread.</summary>
[Collection("mock driver")]
public class CudaCandidateTests
{
    private const string Kernel = "AttentionOutPrefill";

    [PtxasFact]
    public void WhatDoesNotFitTheRegisters_IsNotWorthAMeasurement()
    {
        var spec = Catalogue.Find("DeepSeekV3")! with { NumHiddenLayers = 1 };
        spec = spec with { Formats = spec.Formats with { Fp8 = Generators.Spec.Fp8Policy.Full } };
        var target = DeviceTargets.For(DeviceVariants.Sm89);
        // 64 x 64 sums a warp and as many for a scale block are 256 registers a thread; 32 x 32 of each are 64.
        var task = new TuningTask(Kernel, KernelSet.Of(spec).Kernels.Single(k => k.Name == Kernel).Form!(target), [new() { Warps = 4 }, new() { Tokens = 64, Rows = 64, Warps = 4, WarpTokens = 32 }]);
        Assert.All(task.Candidates, c => Assert.Null(TuningRules.Problem(c, Kernel, task.Form)));
        var code = new CandidateCode(spec, target.TuningTarget, new CompileOptions(VectorWidths.Scalar, DeviceVariants.Sm89), target.ClassName);
        code.Compile([task]);
        using var compiler = new PtxCompiler("sm_89");
        string? Refusal(int candidate) => DeviceBench.Assembled(code.Of(Kernel, candidate), Kernel, compiler, Ptxas.Path, "sm_89", 32);
        Assert.Contains("AttentionOutPrefill.Products does not fit the registers of sm_89", Refusal(0), StringComparison.Ordinal);
        Assert.Null(Refusal(1));
        Assert.Null(Refusal(CandidateCode.Default));
    }

    [Theory]
    [InlineData(64, 0, 0, 40_000, null)]
    [InlineData(64, 8, 0, 0, "8 bytes of stack")]
    [InlineData(64, 0, 16, 0, "16 spilled")]
    [InlineData(64, 0, 0, 170_000, "170000 bytes of shared memory")]
    [InlineData(255, 0, 0, 0, "255 registers for each of 512 threads")]
    public void TheBudgetOfAnArchitecture_IsKept(int registers, int stack, int spilled, int shared, string? reason)
    {
        string? refusal = CudaBudget.Refusal("A.B", 512, shared, new(registers, 0, stack, spilled, []), "sm_80");
        if (reason is null) Assert.Null(refusal);
        else Assert.Contains(reason, refusal, StringComparison.Ordinal);
    }

    [MockFact]
    public void TheLoop_RunsOnACudaDevice_AndWritesWhatItReads()
    {
        MockGpu.Reset(("major", 8), ("minor", 0));
        using var cache = new CacheScope();
        using var folder = new TempFolder();
        var spec = Spec();
        var found = Tune(spec);
        Assert.Empty(found.Dropped);
        // Half as many threads for the same tiles are the least there; the rows in front take their time as before.
        Assert.Equal("warps 4", found.Choice?.ToString());
        Assert.InRange(found.Gain.Median, 1.01, 2);
        string path = folder["a.tuning.json"];
        TuningWriter.Update(path, "cuda-sm80", "pretended", [found]);
        Assert.Equal([new("cuda-sm80", Kernel, found.Shape, found.Choice!)], TuningFile.Read(path).For(spec, "cuda-sm80").Entries);
        Assert.Equal(0, MockGpu.Allocated);
    }

    [MockFact]
    public void WhatTheDriverPutsOnTheStack_IsDropped()
    {
        MockGpu.Reset(("major", 8), ("minor", 0), ("local", 24));
        using var cache = new CacheScope();
        var found = Tune(Spec());
        Assert.Equal((0, null), (found.Tried, found.Choice));
        Assert.All(found.Dropped, d => Assert.Contains("bytes of stack", d.Reason, StringComparison.Ordinal));
    }

    // Every candidate's phases would be assembled; the driver's word is enough here.
    private static TunedKernel Tune(Generators.Spec.ModelSpec spec)
    {
        string? before = Environment.GetEnvironmentVariable("DSC_PTXAS");
        Environment.SetEnvironmentVariable("DSC_PTXAS", "/nowhere");
        try
        {
            using var tuner = ScheduleTuner.OnDevice(spec, new LoadOptions { Device = "cuda:0" }, TimeSpan.FromMilliseconds(1), [Kernel]);
            Assert.Equal("cuda-sm80", tuner.Target);
            return Assert.Single(tuner.Run());
        }
        finally
        {
            Environment.SetEnvironmentVariable("DSC_PTXAS", before);
        }
    }

    private static Generators.Spec.ModelSpec Spec()
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        return spec with { Formats = spec.Formats with { Linear = Generators.Spec.NumberFormat.BF16, Other = Generators.Spec.NumberFormat.BF16 } };
    }
}
