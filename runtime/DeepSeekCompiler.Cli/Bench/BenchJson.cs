using System.Text.Json;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Cli.Bench;

/// <summary>Figures of <c>dsc bench</c> as one JSON object; <see cref="Baseline"/> reads it.</summary>
internal static class BenchJson
{
    public static void Print(BenchFigures figures) => Output.Json(w =>
    {
        var (info, limits) = (figures.Info, figures.Limits);
        w.WriteStartObject();
        w.WriteString("device", figures.Device);
        w.WriteNumber("threads", figures.Threads);
        if (limits is not null) w.WriteNumber("vectorWidth", figures.Width);
        w.WriteString("model", info.Name);
        w.WriteString("formats", info.Formats);
        if (limits is not null)
        {
            w.WriteStartObject("limits");
            w.WriteNumber("readGBs", Math.Round(limits.ReadGBs, 2));
            w.WriteNumber("cacheGBs", Math.Round(limits.CacheGBs, 2));
            w.WriteNumber("fmaGflops", Math.Round(limits.FmaGflops, 1));
            w.WriteEndObject();
        }

        w.WriteStartArray("prefill");
        foreach (var (n, s, kernels) in figures.Prefills)
        {
            w.WriteStartObject();
            w.WriteNumber("tokens", n);
            Figure(w, "tokensPerSecond", s, t => n / t);
            Figure(w, "gflops", s, t => figures.WeightGflop(n) / t);
            if (limits is not null) Figure(w, "shareOfPeak", s, t => figures.WeightGflop(n) / t / limits.FmaGflops);
            if (kernels is not null) Kernels(w, kernels, limits!);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteStartArray("decode");
        foreach (var (at, s, kernels) in figures.Decodes)
        {
            w.WriteStartObject();
            w.WriteNumber("context", at);
            Figure(w, "tokensPerSecond", s, t => 1 / t);
            Figure(w, "weightGBs", s, t => info.ActiveBytes / t / 1e9);
            if (limits is not null) Figure(w, "shareOfRead", s, t => info.ActiveBytes / t / 1e9 / limits.ReadGBs);
            if (kernels is not null) Kernels(w, kernels, limits!);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        if (figures.Generation is { } g) Speculative(w, g);
        w.WriteNumber("residentMiB", Math.Round(figures.ResidentMiB, 1));
        if (figures.Weights is { } weights)
        {
            w.WriteNumber("residentWeightsMiB", Math.Round(weights.ResidentMiB, 1));
            w.WriteNumber("largePagesMiB", Math.Round(weights.LargeMiB, 1));
        }

        w.WriteEndObject();
    });

    /// <summary>Median, least and most of something that falls as seconds grow.</summary>
    public static void Figure(Utf8JsonWriter w, string name, Spread seconds, Func<double, double> of)
    {
        w.WriteStartObject(name);
        w.WriteNumber("median", Math.Round(of(seconds.Median), 4));
        w.WriteNumber("min", Math.Round(of(seconds.Max), 4));
        w.WriteNumber("max", Math.Round(of(seconds.Min), 4));
        w.WriteEndObject();
    }

    private static void Speculative(Utf8JsonWriter w, GenerationBench g)
    {
        w.WriteStartObject("speculative");
        w.WriteNumber("tokens", g.Tokens);
        Figure(w, "plainTokensPerSecond", g.Plain, t => 1 / t);
        Figure(w, "draftedTokensPerSecond", g.Drafted, t => 1 / t);
        Figure(w, "gain", g.Gain with { Min = g.Gain.Max, Max = g.Gain.Min }, ratio => ratio);
        w.WriteNumber("acceptance", Math.Round(g.Last.Acceptance, 4));
        w.WriteNumber("tokensPerStep", Math.Round(g.Last.TokensPerStep, 4));
        w.WriteNumber("depth", Math.Round(g.Last.Depth, 4));
        w.WriteStartArray("acceptanceByDepth");
        foreach (var (tried, accepted) in g.Last.ByDepth) w.WriteNumberValue(Math.Round((double)accepted / tried, 4));
        w.WriteEndArray();
        w.WriteEndObject();
    }

    /// <summary>A profile: all of it, and kernel by kernel.</summary>
    public static void Kernels(Utf8JsonWriter w, KernelProfile profile, MachineLimits limits)
    {
        Microseconds(w, "microsecondsWithClock", profile.Seconds);
        w.WriteStartArray("kernels");
        foreach (var kernel in profile.Kernels)
        {
            var (least, bound) = limits.Least(kernel.Flops, kernel.Bytes);
            w.WriteStartObject();
            w.WriteString("name", kernel.Name);
            w.WriteNumber("calls", kernel.Calls);
            Microseconds(w, "microseconds", kernel.Seconds);
            w.WriteNumber("shareOfTime", Math.Round(kernel.Seconds.Median / profile.Seconds.Median, 4));
            w.WriteNumber("flops", kernel.Flops);
            w.WriteNumber("bytes", kernel.Bytes);
            w.WriteNumber("gflops", Math.Round(kernel.Gflops, 3));
            w.WriteNumber("gbs", Math.Round(kernel.GBs, 3));
            w.WriteNumber("flopsPerByte", Math.Round(kernel.Intensity, 3));
            w.WriteString("bound", bound);
            w.WriteNumber("shareOfBound", Math.Round(least / kernel.Seconds.Median, 4));
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    /// <summary>Median, least and most of seconds, in microseconds.</summary>
    public static void Microseconds(Utf8JsonWriter w, string name, Spread seconds)
    {
        w.WriteStartObject(name);
        w.WriteNumber("median", Math.Round(1e6 * seconds.Median, 2));
        w.WriteNumber("min", Math.Round(1e6 * seconds.Min, 2));
        w.WriteNumber("max", Math.Round(1e6 * seconds.Max, 2));
        w.WriteEndObject();
    }
}
