using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Cli.Bench;

/// <summary>Figures of <c>dsc bench</c> in lines.</summary>
internal static class BenchText
{
    public static void Print(BenchFigures figures)
    {
        var (info, limits) = (figures.Info, figures.Limits);
        Output.Line(limits is null ? $"{figures.Device}" : (FormattableString)$"host, {figures.Threads} threads, {HostVector.Width}-bit vectors: {limits.ReadGBs:F1} GB/s read ({limits.CacheGBs:F0} from the second cache), {limits.FmaGflops:F0} GFLOPS multiply-add");
        Output.Line($"{info.Name}: {info.TotalParameters / 1e6:F0} M parameters, {info.ActiveParameters / 1e6:F0} M active, {info.Formats}{(limits is null ? "" : Kernels(figures.Width))}");
        foreach (var (title, _, profile) in figures.Profiles) KernelTable.Print(title, profile, limits!);
        foreach (var (n, s, _) in figures.Prefills)
        {
            double flops = figures.WeightGflop(n) / s.Median;
            Output.Line($"prefill {n}: {n / s.Median:F0} tokens/s ({n / s.Max:F0} to {n / s.Min:F0}), {flops:F0} GFLOPS of weights{Share(flops, limits?.FmaGflops, "peak")}");
        }

        foreach (var (at, s, _) in figures.Decodes)
        {
            double read = info.ActiveBytes / s.Median / 1e9;
            Output.Line($"decode at {at}: {1 / s.Median:F1} tokens/s ({1 / s.Max:F1} to {1 / s.Min:F1}), {read:F1} GB/s of weights{Share(read, limits?.ReadGBs, "read bandwidth")}");
        }

        if (figures.Generation is { } g)
            Output.Line($"generation of {g.Tokens}: {Rates(g.Plain)} plain, {Rates(g.Drafted)} with MTP drafts, {g.Gain.Median:F2} times as fast ({g.Gain.Min:F2} to {g.Gain.Max:F2}); {Drafts(g.Last)}");
        if (figures.Weights is { } weights) Output.Line($"resident {figures.ResidentMiB:F0} MiB, {weights.LargeMiB:F0} of {weights.ResidentMiB:F0} MiB of weights in large pages");
        else Output.Line($"resident {figures.ResidentMiB:F0} MiB");
    }

    /// <summary>Of which width kernels are, where that is not what the machine's limits are measured with.</summary>
    public static string Kernels(int width) => width == HostVector.Width ? "" : FormattableString.Invariant($", kernels of {width}-bit vectors");

    private static string Share(double rate, double? limit, string of) => limit is { } most ? FormattableString.Invariant($", {100 * rate / most:F0} % of {of}") : "";

    private static string Drafts(GenerationStatistics s) =>
        FormattableString.Invariant($"{s.TokensPerStep:F2} tokens and {s.Depth:F2} drafts a step, {100 * s.Acceptance:F1} % of drafts accepted (by place in the step: ")
        + string.Join(", ", s.ByDepth.Select(d => FormattableString.Invariant($"{d.Accepted} of {d.Tried}"))) + ")";

    private static string Rates(Spread s) => FormattableString.Invariant($"{1 / s.Median:F0} tokens/s ({1 / s.Max:F0} to {1 / s.Min:F0})");
}
