using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Benchmarks.Columns;

/// <summary>A benchmark beside the limits of the machine.</summary>
/// <param name="Seconds">Median of a call.</param>
/// <param name="Work">What it does.</param>
/// <param name="Bound">memory or arithmetic.</param>
/// <param name="Share">Of what that bound allows.</param>
internal sealed record Figures(double Seconds, KernelWork Work, string Bound, double Share)
{
    /// <summary>10^9 operations a second.</summary>
    public double Gflops => Work.Flops / Seconds / 1e9;

    /// <summary>10^9 bytes a second.</summary>
    public double GBs => Work.Bytes / Seconds / 1e9;

    /// <summary>Null where a benchmark failed.</summary>
    public static Figures? Of(Summary summary, BenchmarkCase benchmark)
    {
        if (Measured.WorkOf(benchmark) is not { } work || summary[benchmark]?.ResultStatistics is not { } times) return null;
        double seconds = times.Median / 1e9;
        var (least, bound) = Measured.Limits.Least(work.Flops, work.Bytes);
        return new(seconds, work, bound, least / seconds);
    }
}
