using System.Text.Json;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;

namespace DeepSeekCompiler.Benchmarks.Columns;

/// <summary>The machine's limits and every benchmark beside them, as JSON; BenchmarkDotNet's own JSON holds times alone.</summary>
internal sealed class LimitExporter : ExporterBase
{
    public static readonly LimitExporter Default = new();

    protected override string FileExtension => "json";

    protected override string FileNameSuffix => "-limits";

    public override void ExportToLog(Summary summary, ILogger logger)
    {
        using var memory = new MemoryStream();
        using (var w = new Utf8JsonWriter(memory, new() { Indented = true }))
        {
            var limits = Measured.Limits;
            w.WriteStartObject();
            w.WriteNumber("threads", Measured.Run.Threads);
            w.WriteNumber("readGBs", Math.Round(limits.ReadGBs, 2));
            w.WriteNumber("cacheGBs", Math.Round(limits.CacheGBs, 2));
            w.WriteNumber("fmaGflops", Math.Round(limits.FmaGflops, 1));
            w.WriteStartArray("benchmarks");
            foreach (var benchmark in summary.BenchmarksCases)
            {
                if (Figures.Of(summary, benchmark) is not { } f || summary[benchmark]?.ResultStatistics is not { } times) continue;
                w.WriteStartObject();
                w.WriteString("suite", benchmark.Descriptor.Type.Name);
                w.WriteString("benchmark", benchmark.Descriptor.WorkloadMethod.Name);
                w.WriteString("of", benchmark.Parameters.Items[0].Value.ToString());
                w.WriteNumber("medianMicroseconds", Math.Round(times.Median / 1e3, 3));
                w.WriteNumber("minMicroseconds", Math.Round(times.Min / 1e3, 3));
                w.WriteNumber("maxMicroseconds", Math.Round(times.Max / 1e3, 3));
                w.WriteNumber("flops", f.Work.Flops);
                w.WriteNumber("bytes", f.Work.Bytes);
                w.WriteNumber("gflops", Math.Round(f.Gflops, 2));
                w.WriteNumber("gbs", Math.Round(f.GBs, 2));
                w.WriteString("bound", f.Bound);
                w.WriteNumber("shareOfLimit", Math.Round(f.Share, 4));
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        logger.WriteLine(System.Text.Encoding.UTF8.GetString(memory.ToArray()));
    }
}
