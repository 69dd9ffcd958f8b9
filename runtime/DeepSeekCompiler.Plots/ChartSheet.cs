using ScottPlot;

namespace DeepSeekCompiler.Plots;

/// <summary>Charts on one PNG, two in a row.</summary>
public static class ChartSheet
{
    private const int Width = 640;
    private const int Height = 440;

    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SavePng(string path, IReadOnlyList<LineChart> charts) => Sheet.SavePng(path, charts, Width, Height, Draw);

    private static void Draw(Plot plot, LineChart chart)
    {
        plot.Title(chart.Title);
        plot.XLabel(chart.XLabel);
        plot.YLabel(chart.YLabel);
        foreach (var line in chart.Lines)
        {
            var drawn = plot.Add.Scatter(line.X, line.Y);
            drawn.LegendText = line.Name;
            drawn.LineWidth = 1.5f;
            drawn.MarkerSize = line.Dots ? 5 : 0;
        }

        if (chart.Level is { } level)
        {
            var drawn = plot.Add.HorizontalLine(level.Value);
            drawn.LegendText = level.Name;
            drawn.LinePattern = LinePattern.Dashed;
        }

        if (chart.Range is { } range) plot.Axes.SetLimitsY(range.Low, range.High);
        plot.ShowLegend(Edge.Bottom);
    }
}
