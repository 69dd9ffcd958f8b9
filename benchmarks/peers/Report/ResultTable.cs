using DeepSeekCompiler.Peers.Contenders;
using DeepSeekCompiler.Peers.Measurement;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Peers.Report;

/// <summary>A run as one table in Markdown, with what it is about in front.</summary>
internal sealed class ResultTable(RunResult run, TextWriter output)
{
    private readonly IReadOnlyList<string> _ours = [.. run.Contenders.Select(c => c.Name).Where(n => n.StartsWith(ContenderList.Ours, StringComparison.Ordinal))];

    public void Print()
    {
        Line($"{run.Started:yyyy-MM-dd HH:mm} UTC, {run.Machine}, {run.Threads} threads. {run.Model}.");
        Line($"");
        foreach (var contender in run.Contenders) Line($"- {Describe(contender)}");
        Line($"");
        Line($"| case | contender | tokens/s | of limit |{string.Concat(_ours.Select(o => $" {o} over it |"))} settings |");
        Line($"| --- | --- | --- | --- |{string.Concat(_ours.Select(_ => " --- |"))} --- |");
        foreach (var what in run.Cases) PrintCase(what);
    }

    private static string Describe(ContenderResult c)
    {
        var parts = new List<string>();
        if (c.Description.Length > 0) parts.Add(c.Description + ".");
        if (c.Whole is not null) parts.Add($"Logits from {ContenderList.Reference}'s:{(c.FirstLayers is { } first ? $" {first} in the first layers," : "")} {c.Whole} in the whole model.");
        if (c.Failure is { } failure) parts.Add(failure);
        return $"{c.Name}: {string.Join(' ', parts)}";
    }

    private void PrintCase(CaseResult what)
    {
        bool prefill = what.Case.Kind == CaseKind.Prefill;
        var limits = what.Rounds.Select(r => prefill ? r.Limits.FmaGflops : r.Limits.ReadGBs).ToArray();
        Line($"| {what.Case.Name} | machine | | {Words(limits, prefill ? "F0" : "F1")} {(prefill ? "GFLOPS" : "GB/s")} |{string.Concat(_ours.Select(_ => " |"))} |");
        foreach (var contender in run.Contenders.Where(c => what.Rounds.Any(r => r.Seconds.ContainsKey(c.Name)))) PrintContender(what, contender);
    }

    private void PrintContender(CaseResult what, ContenderResult contender)
    {
        var rounds = what.Rounds.Where(r => r.Seconds.ContainsKey(contender.Name)).ToList();
        double[] Values(Func<Round, double> of) => [.. rounds.Select(of)];
        double Rate(Round r) => what.Case.Timed / r.Seconds[contender.Name];
        double Share(Round r) => 100 * (what.Case.Kind == CaseKind.Prefill
            ? what.GFlop / r.Seconds[contender.Name] / r.Limits.FmaGflops
            : contender.ActiveBytes * Rate(r) / 1e9 / r.Limits.ReadGBs);
        string ratios = string.Concat(_ours.Select(o => o == contender.Name || !rounds.All(r => r.Seconds.ContainsKey(o)) ? " |"
            : $" {Words(Values(r => r.Seconds[contender.Name] / r.Seconds[o]), "F2")} |"));
        Line($"| | {contender.Name} | {Words(Values(Rate), "F1")} | {Words(Values(Share), "F0")} % |{ratios} {what.Settings.GetValueOrDefault(contender.Name)} |");
    }

    private static string Words(double[] values, string format)
    {
        var invariant = System.Globalization.CultureInfo.InvariantCulture;
        var s = Spread.Of(values);
        return $"{s.Median.ToString(format, invariant)} ({s.Min.ToString(format, invariant)} to {s.Max.ToString(format, invariant)})";
    }

    private void Line(FormattableString text) => output.WriteLine(FormattableString.Invariant(text));
}
