using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace DeepSeekCompiler.Benchmarks.Columns;

/// <summary>A column that sets a time against the machine's limits.</summary>
internal sealed class LimitColumn(string name, string legend, Func<Figures, string> text) : IColumn
{
    /// <summary>In the order of the table.</summary>
    public static IReadOnlyList<LimitColumn> All { get; } =
    [
        new("GFLOP/s or GB/s", "What the bound counts: operations or bytes", f => f.Bound == "arithmetic" ? Text($"{f.Gflops:F1} GFLOP/s") : Text($"{f.GBs:F1} GB/s")),
        new("FLOPs a byte", "Arithmetic intensity", f => Text($"{(double)f.Work.Flops / f.Work.Bytes:F1}")),
        new("Bound", "Whether memory or arithmetic limits it on this machine", f => f.Bound),
        new("Share of limit", "Of what that bound allows; above 100 % where data came from a cache", f => Text($"{100 * f.Share:F0} %")),
    ];

    public string Id => nameof(LimitColumn) + name;

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => legend;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => Figures.Of(summary, benchmarkCase) is { } figures ? text(figures) : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
