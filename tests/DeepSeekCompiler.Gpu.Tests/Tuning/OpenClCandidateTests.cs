using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Compile.Tuning;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules.Tuning;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using DeepSeekCompiler.Tests;
using ILGPU;

namespace DeepSeekCompiler.Gpu.Tests.Tuning;

/// <summary>Candidates on an OpenCL device: one that its driver does not compile spoils nothing for the others.</summary>
public class OpenClCandidateTests
{
    private const string Kernel = "AttentionOutPrefill";

    [OpenClFact]
    public void AKernelThatDoesNotCompile_IsNamed_AndTheOthersRun()
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        var target = DeviceTargets.For(DeviceVariants.Cpu);
        var task = new TuningTask(Kernel, KernelSet.Of(spec).Kernels.Single(k => k.Name == Kernel).Form!(target), [new() { Tokens = 4 }]);
        var code = new CandidateCode(spec, target.TuningTarget, new CompileOptions(VectorWidths.Scalar, DeviceVariants.Cpu), target.ClassName);
        code.Compile([task]);
        Type plain = code.Of(Kernel, CandidateCode.Default), other = code.Of(Kernel, 0);
        using (var device = GpuDevices.Open("opencl", profiling: true))
        {
            var failure = Assert.Throws<VariantException>(() => new DeviceRig(device, spec, task, target, [(plain, null), (typeof(Broken), null), (other, null)]));
            Assert.Equal(1, failure.Variant);
            Assert.Contains("Broken.Products", failure.Message, StringComparison.Ordinal);
        }

        using var next = GpuDevices.Open("opencl", profiling: true);
        using var rig = new DeviceRig(next, spec, task, target, [(plain, null), (other, null)]);
        Assert.True(rig.Seconds(1, 2) > 0);
        foreach (var (a, b) in rig.Outputs(0).Zip(rig.Outputs(1)))
        {
            Assert.NotEqual(a.Before, a.After);
            Assert.InRange(Agreement.Error(a, b), -Agreement.Float32, Agreement.Float32);
        }
    }

    /// <summary>A class of kernels, as the compiler prints them, with one that no device takes.</summary>
    public static class Broken
    {
        public static class AttentionOutPrefill
        {
            private static readonly DeviceKernel<Arguments> s_Products = new("Broken.Products", Products, 0);

            public static void Run(DeviceRun run, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> y, int tokens) => run.Launch(s_Products, new Arguments { y = y }, tokens);

            public static void Products(Arguments given) => given.y[0] = string.Concat("1", given.y[1].ToString()).Length;

            [System.Diagnostics.CodeAnalysis.SuppressMessage("Style", "IDE1006", Justification = "The name that generated arguments have.")]
            public struct Arguments
            {
                public ArrayView<float> y;
            }
        }
    }
}
