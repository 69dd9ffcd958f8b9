using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Training.Tests.Pass;

/// <summary>The training pass on an OpenCL device, against the golden data of the host's.</summary>
public sealed class OpenClTrainingTests
{
    /// <summary>One pass for all: a driver takes longest over its kernels.</summary>
    [OpenClFact]
    public void LossesGradientsAndLoads_EqualTheGoldenOnes_AndComeOutAgain()
    {
        using var run = new TrainingCase(new TrainingOptions { Batch = 2, Length = 24, Threads = 1, Device = "opencl", Variant = DeviceVariant.Cpu });
        Assert.StartsWith("opencl:", run.Pass.Device, StringComparison.Ordinal);
        TrainingGoldenTests.CheckLossesAndGradients(run);
        TrainingGoldenTests.CheckLoads(run);
        var options = TrainingGoldenTests.Total with { BalanceScale = 0.01 };
        var loss = run.Run(options);
        float[][] gradients = [.. run.Pass.Parameters.Select(p => TrainingCase.Gradient(p).ToArray())];
        Assert.Equal(loss, run.Run(options));
        for (int p = 0; p < gradients.Length; p++) Assert.True(TrainingCase.Gradient(run.Pass.Parameters[p]).SequenceEqual(gradients[p]), run.Pass.Parameters[p].Name);
        TrainingGoldenTests.CheckStep(run);
    }

    /// <summary>The groups of 32 threads that a GPU without matrix instructions runs, and every CUDA device.</summary>
    [OpenClFact]
    public void GroupsOfThreads_GiveTheGoldenNumbersToo()
    {
        using var run = new TrainingCase(new TrainingOptions { Batch = 2, Length = 24, Threads = 1, Device = "opencl", Variant = DeviceVariant.Warp32 });
        TrainingGoldenTests.CheckLossesAndGradients(run);
    }
}
