using System.Globalization;
using DeepSeekCompiler.Training.Balance;

namespace DeepSeekCompiler.Cli.Lab;

/// <summary>The results: a row a variant in Markdown, a row a run in CSV.</summary>
internal static class LabTable
{
    // An expert is dead that gets less than a hundredth of the mean.
    private const double DeadShare = 0.01;

    public static string Markdown(IReadOnlyList<LabRun> runs, double floor)
    {
        var lines = new List<string>
        {
            "| compared by | variant | trained numbers | attention weights a layer | cache numbers a token and layer | held-out loss | above the floor | MTP loss | MaxVio | load entropy | dead experts |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        };
        foreach (var group in runs.GroupBy(r => r.Variant))
        {
            var all = group.ToList();
            var variant = group.Key;
            string mtp = variant.Model.NumNextnPredictLayers > 0 ? Spread(all, r => r.Last.MtpLoss, "F4") : "none";
            double above = (all.Average(r => r.Last.Loss) / floor) - 1;
            lines.Add(FormattableString.Invariant($"| {variant.Group} | {variant.Name} | {all[0].Parameters:N0} | {all[0].AttentionParameters:N0} | {variant.Model.Attention.CacheRow} | {Spread(all, r => r.Last.Loss, "F4")} | {100 * above:F0} % | {mtp} | {Spread(all, r => r.Last.MaxViolation, "F2")} | {Spread(all, Entropy, "F3")} | {Spread(all, Dead, "F1")} |"));
        }

        return string.Join('\n', lines) + "\n";
    }

    public static string Csv(IReadOnlyList<LabRun> runs) => "group,variant,seed,parameters,attention,cache,step,loss,mtp_loss,maxvio,load_entropy,dead_experts,tokens_per_second\n" + string.Concat(
        from run in runs
        from e in run.Evaluations
        let at = run with { Evaluations = [e] }
        select FormattableString.Invariant($"{run.Variant.Group},\"{run.Variant.Name}\",{run.Seed},{run.Parameters},{run.AttentionParameters},{run.Variant.Model.Attention.CacheRow},{e.Step},{e.Loss:R},{e.MtpLoss:R},{e.MaxViolation:R},{Entropy(at):R},{Dead(at)},{run.TokensPerSecond:F0}\n"));

    /// <summary>The least of all layers.</summary>
    public static double Entropy(LabRun run) => run.Last.Loads.Select(l => ExpertBalancer.LoadEntropy(l)).DefaultIfEmpty(1).Min();

    /// <summary>Experts of all layers that hardly any token goes to.</summary>
    public static double Dead(LabRun run) => run.Last.Loads.Sum(l => l.Count(n => n < DeadShare * l.Average()));

    // The mean, and half the way from the least to the largest.
    private static string Spread(List<LabRun> runs, Func<LabRun, double> value, string format)
    {
        double[] all = [.. runs.Select(value)];
        string mean = all.Average().ToString(format, CultureInfo.InvariantCulture);
        return all.Length == 1 ? mean : $"{mean} ± {((all.Max() - all.Min()) / 2).ToString(format, CultureInfo.InvariantCulture)}";
    }
}
