using ScottPlot;

namespace DeepSeekCompiler.Plots;

/// <summary>Drawings on one PNG, two in a row.</summary>
internal static class Sheet
{
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SavePng<T>(string path, IReadOnlyList<T> charts, int width, int height, Action<Plot, T> draw)
    {
        ArgumentNullException.ThrowIfNull(charts);
        int columns = Math.Min(2, charts.Count), rows = (charts.Count + columns - 1) / Math.Max(1, columns);
        var sheet = new Multiplot { Layout = new ScottPlot.MultiplotLayouts.Grid(rows, columns) };
        sheet.AddPlots(charts.Count);
        for (int i = 0; i < charts.Count; i++) draw(sheet.GetPlot(i), charts[i]);
        File.WriteAllBytes(path, sheet.Render(columns * width, rows * height).GetImageBytes(ImageFormat.Png));
    }
}
