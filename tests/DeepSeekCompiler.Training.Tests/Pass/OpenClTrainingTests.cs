using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Tests;
using DeepSeekCompiler.Training.Loop;
using DeepSeekCompiler.Training.Tests.Loop;

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
        CheckRuns(run);
    }

    /// <summary>A run follows the host's, and one that goes on from a checkpoint has its losses bit for bit.</summary>
    private static void CheckRuns(TrainingCase device)
    {
        var settings = SmallRun.Settings with { Steps = 8, Batch = 4, MicroBatch = 2, LearningRate = 0.01, WarmupSteps = 1, CheckpointEvery = 5, EvaluateEvery = 4 };
        using var folder = new TempFolder();
        using var host = new TrainingCase(512, threads: 1);
        var (expected, got) = (Train(host, settings, folder["host"], false), Train(device, settings, folder["whole"], false));
        for (int i = 0; i < settings.Steps; i++)
        {
            Assert.Equal(expected.Steps[i].Loss, got.Steps[i].Loss, Tolerances.DeviceRun);
            Assert.Equal(expected.Steps[i].MtpLoss, got.Steps[i].MtpLoss, Tolerances.DeviceRun);
            Assert.Equal(expected.Steps[i].Tokens, got.Steps[i].Tokens);
        }

        Assert.True(got.Steps[^1].Loss < got.Steps[0].Loss);
        Assert.Equal(expected.Evaluations[^1].Loads.Select(l => l.Sum()), got.Evaluations[^1].Loads.Select(l => l.Sum()));
        Train(device, settings, folder["cut"], false);
        Directory.Delete(Path.Combine(folder["cut"], "checkpoints", "step-00000008"), recursive: true);
        Train(device, settings, folder["cut"], true);
        Assert.Equal(SmallRun.Losses(folder["whole"]), SmallRun.Losses(folder["cut"]));
        Assert.Equal(SmallRun.LastTensors(folder["whole"], 8), SmallRun.LastTensors(folder["cut"], 8));
    }

    private static SmallRun.Notes Train(TrainingCase run, TrainingSettings settings, string folder, bool resume)
    {
        var notes = new SmallRun.Notes();
        using var trainer = new Trainer(run.Pass, settings, new ChainRows(200, settings.Length));
        Assert.True(new TrainingRun(folder, trainer, new ChainRows(9, settings.Length), notes).Run(resume));
        return notes;
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
