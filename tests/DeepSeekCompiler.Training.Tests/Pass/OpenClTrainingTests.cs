using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Training.Tests.Pass;

/// <summary>The training pass on an OpenCL device. A driver takes longest over its kernels, so one pass is asked everything.</summary>
public sealed class OpenClTrainingTests
{
    [OpenClFact]
    public void LossesGradientsAndLoads_EqualTheGoldenOnes_AndComeOutAgain()
    {
        using var run = new TrainingCase(new TrainingOptions { Batch = 2, Length = 24, Threads = 1, VectorWidth = 512, Device = "opencl", Variant = DeviceVariant.Cpu });
        Assert.StartsWith("opencl:", run.Pass.Device, StringComparison.Ordinal);
        TrainingGoldenTests.CheckLossesAndGradients(run);
        TrainingGoldenTests.CheckLoads(run, backward: false);
        CheckBalance(run);
        TrainingGoldenTests.CheckStep(run);
    }

    /// <summary>With the balance loss, whose golden data there is none of: the numbers of the host, and the same bits in two runs.</summary>
    private static void CheckBalance(TrainingCase run)
    {
        var options = TrainingGoldenTests.Total with { BalanceScale = 0.5 };
        var loss = run.Run(options);
        float[][] gradients = [.. run.Pass.Parameters.Select(p => TrainingCase.Gradient(p).ToArray())];
        Assert.Equal(loss, run.Run(options));
        for (int p = 0; p < gradients.Length; p++) Assert.True(TrainingCase.Gradient(run.Pass.Parameters[p]).SequenceEqual(gradients[p]), run.Pass.Parameters[p].Name);
        using var host = new TrainingCase(512, threads: 1);
        Assert.Equal(host.Run(options).Balance, loss.Balance, Tolerances.Loss);
        foreach (var (p, got) in host.Pass.Parameters.Zip(gradients))
        {
            var expected = TrainingCase.Gradient(p).ToArray();
            double norm = Math.Sqrt(expected.Sum(g => (double)g * g));
            for (int i = 0; i < got.Length; i++) Assert.True(Math.Abs(got[i] - expected[i]) <= Tolerances.Gradient * norm, FormattableString.Invariant($"{p.Name} at {i}: {got[i]}, on the host {expected[i]}"));
        }
    }
}
