using DeepSeekCompiler.Models.Tests;
using DeepSeekCompiler.Runtime.Training;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Training.Tests.Pass;

/// <summary>Losses and gradients of the training pass against golden data, at every vector width.</summary>
public sealed class TrainingGoldenTests
{
    internal static readonly LossOptions Total = new() { MainScale = 1, MtpScale = 0.3 };

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    [InlineData(0)]
    public void LossesAndGradients_EqualTheGoldenOnes(int width)
    {
        using var run = new TrainingCase(width);
        CheckLossesAndGradients(run);
    }

    /// <summary>Losses and all published facts of gradients.</summary>
    internal static void CheckLossesAndGradients(TrainingCase run)
    {
        var loss = run.Run(Total);
        Assert.Equal(run.Fact("n_main"), loss.MainTokens);
        Assert.Equal(run.Fact("n_mtp"), loss.MtpTokens);
        Assert.Equal(run.Fact("loss_main"), loss.Main, Tolerances.Loss);
        Assert.Equal(run.Fact("loss_mtp"), loss.Mtp, Tolerances.Loss);
        Assert.Equal(run.GradientNames.Order(StringComparer.Ordinal), run.Pass.Parameters.Select(p => p.Name).Order(StringComparer.Ordinal));
        Check(run, "grad");
        foreach (string full in run.Golden.Tensors.Where(t => t.StartsWith("grad.full.", StringComparison.Ordinal)))
        {
            var got = TrainingCase.Gradient(run.Parameter(full["grad.full.".Length..]));
            Compare.Rows(run.Golden.Floats(full), got, got.Length, full, Tolerances.Gradient * Norm(got));
        }

        run.Run(Total with { MtpScale = 0 });
        Check(run, "grad_main");
        run.Run(Total with { MainScale = 0, MtpScale = 1 });
        Check(run, "grad_mtp");
    }

    [Fact]
    public void TheLossAfterAStepOfGradientDescent_EqualsTheGoldenOne()
    {
        using var run = new TrainingCase(512);
        CheckStep(run);
    }

    /// <summary>The loss behind a step of plain gradient descent; losses alone leave gradients as they are.</summary>
    internal static unsafe void CheckStep(TrainingCase run)
    {
        run.Run(Total);
        foreach (var p in run.Pass.Parameters)
        {
            float* values = p.Values, gradients = p.Gradients;
            for (long i = 0; i < p.Count; i++) values[i] -= (float)(run.SgdRate * gradients[i]);
        }

        var loss = run.Run(Total with { Backward = false });
        Assert.Equal(run.SgdLoss, loss.Main + (run.Fact("mtp_lambda") * loss.Mtp), Tolerances.SteppedLoss);
        Assert.All(run.Pass.Parameters, p => Assert.True(TrainingCase.Gradient(p).IndexOfAnyExcept(0f) < 0, p.Name));
    }

    [Fact]
    public void TheSameThreads_GiveTheSameBits()
    {
        using var first = new TrainingCase(512);
        using var second = new TrainingCase(512);
        using var single = new TrainingCase(512, threads: 1);
        var options = Total with { BalanceScale = 0.01 };
        Assert.Equal(first.Run(options), second.Run(options));
        first.Run(options);
        Assert.Equal(first.Run(options), single.Run(options));
        foreach (var p in first.Pass.Parameters)
        {
            Assert.True(TrainingCase.Gradient(p).SequenceEqual(TrainingCase.Gradient(second.Parameter(p.Name))), p.Name);
            Assert.True(TrainingCase.Gradient(p).SequenceEqual(TrainingCase.Gradient(single.Parameter(p.Name))), p.Name + ", one thread");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Loads_CountEveryChoice(bool backward)
    {
        using var run = new TrainingCase(512);
        CheckLoads(run, backward);
    }

    /// <summary>Every choice of a token that is no padding.</summary>
    internal static void CheckLoads(TrainingCase run, bool backward)
    {
        run.Run(Total with { Backward = backward });
        var expected = run.Golden.Longs("moe.layer.1.topk_idx");
        var load = run.Pass.ExpertLayers[0].Load;
        for (int e = 0; e < load.Length; e++) Assert.Equal(expected.Count(i => i == e), load[e]);
        Assert.Equal(46 * 3, run.Pass.ExpertLayers[^1].Load.Sum());
    }

    private static void Check(TrainingCase run, string kind)
    {
        string[] names = run.GradientNames;
        double[] norms = run.Golden.Doubles(kind + ".l2"), samples = run.Golden.Doubles(kind + ".sample");
        long[] index = run.Golden.Longs("grad.sample_index");
        for (int r = 0; r < names.Length; r++)
        {
            var got = TrainingCase.Gradient(run.Parameter(names[r]));
            double norm = Norm(got);
            Assert.True(Math.Abs(norm - norms[r]) <= Tolerances.Gradient * norms[r], FormattableString.Invariant($"{kind} {names[r]}: norm {norm}, expected {norms[r]}"));
            for (int s = 0; s < 8; s++)
            {
                double value = got[checked((int)index[(r * 8) + s])], expected = samples[(r * 8) + s];
                Assert.True(Math.Abs(value - expected) <= Tolerances.Gradient * norms[r], FormattableString.Invariant($"{kind} {names[r]} at {index[(r * 8) + s]}: {value}, expected {expected}, norm {norms[r]}"));
            }
        }
    }

    private static double Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values) sum += (double)value * value;
        return Math.Sqrt(sum);
    }
}
