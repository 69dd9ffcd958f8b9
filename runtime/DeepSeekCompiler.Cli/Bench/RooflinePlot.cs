using DeepSeekCompiler.Plots;

namespace DeepSeekCompiler.Cli.Bench;

/// <summary>The figures of <c>dsc bench --kernels</c> as a picture.</summary>
internal static class RooflinePlot
{
    public static void Save(string path, BenchFigures figures)
    {
        var limits = figures.Limits!;
        RooflineRoof[] roofs =
        [
            new(FormattableString.Invariant($"memory {limits.ReadGBs:F0} GB/s"), limits.ReadGBs),
            new(FormattableString.Invariant($"second cache {limits.CacheGBs:F0} GB/s"), limits.CacheGBs),
        ];
        var charts = figures.Profiles.Select(p => new RooflineChart(
            FormattableString.Invariant($"{figures.Info.Name} ({figures.Info.Formats}), {p.Title}: {1e3 * p.Profile.Seconds.Median:F2} ms, {figures.Threads} threads, {figures.Width} bits"),
            p.Prefill ? RooflineKind.Prefill : RooflineKind.Decode,
            roofs,
            limits.FmaGflops,
            [.. p.Profile.Kernels.Where(k => k.Flops > 0).Select(k => new RooflinePoint(k.Name, k.Intensity, k.Gflops, k.Seconds.Median / p.Profile.Seconds.Median))]));
        try
        {
            RooflineSheet.SavePng(path, [.. charts]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path} cannot be written: {e.Message}");
        }
    }
}
