using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Loggers;
using DeepSeekCompiler.Benchmarks.Columns;

namespace DeepSeekCompiler.Benchmarks;

/// <summary>Tables with the limits of the machine in them, as Markdown and JSON.</summary>
internal sealed class SuiteConfig : ManualConfig
{
    public SuiteConfig()
    {
        AddLogger(ConsoleLogger.Default);
        AddColumnProvider(DefaultColumnProviders.Descriptor, DefaultColumnProviders.Params, DefaultColumnProviders.Statistics);
        AddColumn(StatisticColumn.Median, StatisticColumn.Min, StatisticColumn.Max);
        foreach (var column in LimitColumn.All) AddColumn(column);
        SummaryStyle = BenchmarkDotNet.Reports.SummaryStyle.Default.WithMaxParameterColumnWidth(60);
        AddExporter(MarkdownExporter.GitHub, JsonExporter.Full, LimitExporter.Default);
    }
}
