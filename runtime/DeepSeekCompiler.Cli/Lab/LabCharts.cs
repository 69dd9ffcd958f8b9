using DeepSeekCompiler.Plots;

namespace DeepSeekCompiler.Cli.Lab;

/// <summary>The curves: held-out losses and expert loads on the way, means over seeds.</summary>
internal static class LabCharts
{
    public static void Write(string path, IReadOnlyList<LabRun> runs, double floor)
    {
        var level = (floor, "entropy of the source");
        ChartSheet.SavePng(path,
        [
            new("Attention at equal cache", "step", "held-out loss, nats a token", Lines(runs, v => v.Name == LabVariants.Base || v.Name.EndsWith("equal cache", StringComparison.Ordinal), r => [.. r.Evaluations.Select(e => e.Loss)])) { Level = level },
            new("Attention at equal weights", "step", "held-out loss, nats a token", Lines(runs, v => v.Name == LabVariants.Base || v.Name.EndsWith("equal weights", StringComparison.Ordinal), r => [.. r.Evaluations.Select(e => e.Loss)])) { Level = level },
            new("Routing and objective", "step", "held-out loss, nats a token", Lines(runs, v => v.Group != "attention", r => [.. r.Evaluations.Select(e => e.Loss)])) { Level = level },
            new("Expert loads: entropy of the worst layer", "step", "share of the largest", Lines(runs, v => v.Group != "attention", r => [.. r.Evaluations.Select(e => e.LoadEntropy)])),
        ]);
    }

    private static List<ChartLine> Lines(IReadOnlyList<LabRun> runs, Func<LabVariant, bool> which, Func<LabRun, double[]> values) =>
    [
        .. runs.Where(r => which(r.Variant)).GroupBy(r => r.Variant).Select(g =>
        {
            double[][] all = [.. g.Select(values)];
            double[] steps = [.. g.First().Evaluations.Select(e => (double)e.Step)];
            return new ChartLine(g.Key.Name, steps, [.. steps.Select((_, i) => all.Average(a => a[i]))], Dots: true);
        }),
    ];
}
