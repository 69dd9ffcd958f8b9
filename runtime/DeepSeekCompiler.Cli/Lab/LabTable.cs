using System.Globalization;

namespace DeepSeekCompiler.Cli.Lab;

/// <summary>The results: a row a variant in Markdown, a row a run in CSV.</summary>
internal static class LabTable
{
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
            lines.Add(FormattableString.Invariant($"| {variant.Group} | {variant.Name} | {all[0].Parameters:N0} | {all[0].AttentionParameters:N0} | {variant.Model.Attention.CacheRow} | {Spread(all, r => r.Last.Loss, "F4")} | {100 * above:F0} % | {mtp} | {Spread(all, r => r.Last.MaxViolation, "F2")} | {Spread(all, r => r.Last.LoadEntropy, "F3")} | {Spread(all, r => r.Last.DeadExperts, "F1")} |"));
        }

        return string.Join('\n', lines) + "\n";
    }

    public static string Csv(IReadOnlyList<LabRun> runs) => "group,variant,seed,parameters,attention,cache,step,loss,mtp_loss,maxvio,load_entropy,dead_experts,tokens_per_second\n" + string.Concat(
        from run in runs
        from e in run.Evaluations
        select FormattableString.Invariant($"{run.Variant.Group},\"{run.Variant.Name}\",{run.Seed},{run.Parameters},{run.AttentionParameters},{run.Variant.Model.Attention.CacheRow},{e.Step},{e.Loss:R},{e.MtpLoss:R},{e.MaxViolation:R},{e.LoadEntropy:R},{e.DeadExperts},{run.TokensPerSecond:F0}\n"));

    /// <summary>All runs as they ended.</summary>
    public static void PrintJson(IReadOnlyList<LabRun> runs, double floor) => Output.Json(w =>
    {
        w.WriteStartObject();
        w.WriteNumber("floor", floor);
        w.WriteStartArray("runs");
        foreach (var run in runs)
        {
            w.WriteStartObject();
            w.WriteString("group", run.Variant.Group);
            w.WriteString("variant", run.Variant.Name);
            w.WriteNumber("seed", run.Seed);
            w.WriteNumber("step", run.Last.Step);
            w.WriteNumber("parameters", run.Parameters);
            w.WriteNumber("attentionParameters", run.AttentionParameters);
            w.WriteNumber("cacheNumbers", run.Variant.Model.Attention.CacheRow);
            w.WriteNumber("loss", run.Last.Loss);
            w.WriteNumber("mtpLoss", run.Last.MtpLoss);
            w.WriteNumber("maxVio", run.Last.MaxViolation);
            w.WriteNumber("loadEntropy", run.Last.LoadEntropy);
            w.WriteNumber("deadExperts", run.Last.DeadExperts);
            w.WriteNumber("tokensPerSecond", Math.Round(run.TokensPerSecond, 1));
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    });

    // The mean, and half the way from the least to the largest.
    private static string Spread(List<LabRun> runs, Func<LabRun, double> value, string format)
    {
        double[] all = [.. runs.Select(value)];
        string mean = all.Average().ToString(format, CultureInfo.InvariantCulture);
        return all.Length == 1 ? mean : $"{mean} ± {((all.Max() - all.Min()) / 2).ToString(format, CultureInfo.InvariantCulture)}";
    }
}
