using DeepSeekCompiler.Tests;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Training.Tests.Loop;

public sealed class RunTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void TheLossFalls_BiasesEvenTheLoads_AndWithoutThemTheyStayUneven()
    {
        var settings = SmallRun.Settings with { Steps = 200 };
        double[] Violations(double rate)
        {
            using var run = new SmallRun(_folder[$"rate{rate}"], settings with { BalanceRate = rate, BalanceUntil = 1 });
            Assert.True(run.Run.Run(resume: false));
            var notes = (SmallRun.Notes)run.Observer;

            // A token is followed by one of three; the tables need not find out all of it.
            Assert.Equal(Math.Log(RoutedPass.Vocabulary), notes.Steps[0].Loss, 0.1);
            Assert.InRange(notes.Steps[^1].Loss, Math.Log(3) - 0.3, Math.Log(3) + 0.8);
            Assert.True(notes.Evaluations[^1].Loss < notes.Evaluations[0].Loss && notes.Evaluations[^1].MtpLoss < notes.Evaluations[0].MtpLoss);
            double heldOut = notes.Evaluations[^1].MaxViolation;
            if (rate == 0) Assert.Equal(RoutedPass.Experts - 1, heldOut);
            else Assert.InRange(heldOut, 0, 1);
            return [.. notes.Steps.TakeLast(50).Select(s => s.MaxViolation)];
        }

        double with = Violations(0.01).Average(), without = Violations(0).Average();
        Assert.True(with < 0.5 * without, $"MaxVio is {with} with and {without} without the bias");
    }

    [Fact]
    public void ARunThatIsCancelledAnywhere_GoesOnBitForBit()
    {
        using (var whole = new SmallRun(_folder["whole"])) Assert.True(whole.Run.Run(resume: false));
        foreach (int at in new[] { 1, 7, 30, 59 })
        {
            string folder = _folder[$"cut{at}"];
            using (var cancel = new CancellationTokenSource())
            {
                using var cut = new SmallRun(folder, observer: new Cancelling(at, cancel));
                Assert.False(cut.Run.Run(resume: false, cancel.Token));
                Assert.Equal(at, cut.Trainer.Step);
            }

            using (var rest = new SmallRun(folder, SmallRun.Settings with { CheckpointEvery = 11, KeepCheckpoints = 3 }))
            {
                Assert.True(rest.Run.Run(resume: true));
                Assert.Empty(((SmallRun.Notes)rest.Observer).Sentences);
            }

            Assert.Equal(SmallRun.Losses(_folder["whole"]), SmallRun.Losses(folder));
            Assert.Equal(SmallRun.LastTensors(_folder["whole"], 60), SmallRun.LastTensors(folder, 60));
        }
    }

    [Fact]
    public void MicroBatches_SumToTheSameGradient()
    {
        double[] losses = [.. new[] { 1, 2, 5 }.Select(micro =>
        {
            using var run = new SmallRun(_folder[$"micro{micro}"], SmallRun.Settings with { MicroBatch = micro });
            run.Run.Run(resume: false);
            return ((SmallRun.Notes)run.Observer).Steps[^1].Loss;
        })];

        // Float32 sums in another order, 60 updates.
        Assert.Equal(losses[2], losses[0], 1e-4);
        Assert.Equal(losses[2], losses[1], 1e-4);
    }

    [Fact]
    public void Schedules_AreThoseOfTheSettings()
    {
        var settings = new TrainingSettings { Steps = 100, WarmupSteps = 10, MtpFinalFrom = 0.6, BalanceUntil = 0.9 };
        Assert.Equal((0.3, 0.1), (settings.MtpWeightAt(60), settings.MtpWeightAt(61)));
        Assert.Equal((0.001, 0), (settings.BalanceRateAt(90), settings.BalanceRateAt(91)));
        Assert.Equal(3e-4, settings.Rates.At(1), 12);
        Assert.Equal(3e-3, settings.Rates.At(10), 12);
    }

    [Fact]
    public void WhatCannotGoOn_IsOneSentence()
    {
        using (var run = new SmallRun(_folder["run"])) run.Run.Run(resume: false);
        using (var again = new SmallRun(_folder["run"])) Assert.Contains("holds the checkpoints", Refused(again, false), StringComparison.Ordinal);
        using (var other = new SmallRun(_folder["run"], SmallRun.Settings with { LearningRate = 0.1 })) Assert.Contains("learning_rate 0.05, now 0.1", Refused(other, true), StringComparison.Ordinal);
        Assert.Contains("The settings say Fp8, but the projections of this pass multiply Float32", Assert.Throws<TrainingException>(() => new SmallRun(_folder["run"], SmallRun.Settings with { Precision = TrainingPrecision.Fp8 })).Message, StringComparison.Ordinal);
        Assert.Equal("precision \"Float32\", now \"Fp8\"", SettingsJson.Difference(SmallRun.Settings, SmallRun.Settings with { Precision = TrainingPrecision.Fp8 }));
        using (var one = new SmallRun(_folder["run"], observer: new Nested(() =>
        {
            using var two = new SmallRun(_folder["run"]);
            Assert.Contains("Another process", Refused(two, true), StringComparison.Ordinal);
        }))) Assert.True(one.Run.Run(resume: true));
        foreach (var bad in new[] { SmallRun.Settings with { Steps = 0 }, SmallRun.Settings with { LearningRate = double.NaN }, SmallRun.Settings with { Beta2 = 1 }, SmallRun.Settings with { KeepCheckpoints = 1 } })
            Assert.Throws<TrainingException>(bad.Check);
    }

    public void Dispose() => _folder.Dispose();

    private static string Refused(SmallRun run, bool resume) => Assert.Throws<TrainingException>(() => run.Run.Run(resume)).Message;

    private sealed class Cancelling(int at, CancellationTokenSource cancel) : SmallRun.Notes
    {
        public override void OnStep(StepReport report)
        {
            base.OnStep(report);
            if (report.Step == at) cancel.Cancel();
        }
    }

    private sealed class Nested(Action action) : SmallRun.Notes
    {
        public override void OnCheckpoint(int step) => action();
    }
}
