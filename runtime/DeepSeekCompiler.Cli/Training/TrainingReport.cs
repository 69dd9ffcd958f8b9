using DeepSeekCompiler.Plots;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Cli.Training;

/// <summary>The curves of a run's logs.</summary>
internal static class TrainingReport
{
    private const int Points = 400;

    /// <summary>Draws losses, held-out losses, expert loads, and gradient norm with learning rate.</summary>
    public static void Write(RunFolder run, double? floor)
    {
        var log = RunLog.Read(TrainingRun.LogPath(run.Root));
        var evaluations = RunLog.Read(TrainingRun.EvaluationPath(run.Root));
        double[] steps = log["step"];
        if (steps.Length == 0) return;
        ChartLine Line(string name, string column) => new ChartLine(name, steps, log[column]).Smoothed(Points);
        bool mtp = log["mtp_weight"].Any(w => w > 0);

        // What comes of the first steps would leave no room for the rest.
        double[] losses = Line("", "loss").Y;
        double low = Math.Min(floor ?? double.MaxValue, losses.Min()), high = losses[Math.Min(losses.Length - 1, losses.Length / 12)];
        var charts = new List<LineChart>
        {
            new("Loss in training", "step", "nats a token", mtp ? [Line("next token", "loss"), Line("MTP, token after next", "mtp_loss")] : [Line("next token", "loss")])
            {
                Level = Level(floor), Range = (low * 0.9, high * 1.05),
            },
        };
        if (evaluations["step"].Length > 0)
        {
            var held = new ChartLine("next token", evaluations["step"], evaluations["loss"], Dots: true);
            charts.Add(new("Loss on held-out rows", "step", "nats a token", mtp ? [held, new("MTP, token after next", evaluations["step"], evaluations["mtp_loss"], Dots: true)] : [held]) { Level = Level(floor) });
        }

        if (log["maxvio_max"].Any(v => v > 0))
        {
            charts.Add(new("Expert loads: largest over mean, less 1", "step", "MaxVio",
            [
                Line("of a batch, mean of layers", "maxvio_mean"), Line("of a batch, worst layer", "maxvio_max"),
                .. evaluations["step"].Length > 0 ? [new ChartLine("of the held-out rows, mean of layers", evaluations["step"], evaluations["maxvio_mean"], Dots: true)] : Array.Empty<ChartLine>(),
            ]));
            charts.Add(new("Entropy of expert loads, worst layer", "step", "share of the largest", [Line("entropy", "load_entropy")]));
        }

        charts.Add(new("Gradient norm before clipping", "step", "norm", [Line("norm", "gradient_norm")]));
        charts.Add(new("Learning rate", "step", "rate", [Line("rate", "learning_rate")]));
        ChartSheet.SavePng(run.Report, charts);
    }

    private static (double, string)? Level(double? floor) => floor is { } value ? (value, "entropy of the source") : null;
}
