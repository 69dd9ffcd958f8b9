using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace DeepSeekCompiler.Plots;

/// <summary>Rooflines on one PNG, two in a row. Both axes are logarithmic.</summary>
public static class RooflineSheet
{
    private const int Width = 960;
    private const int Height = 720;
    private const int FontSize = 12;
    private const double LetterWidth = 0.62;
    private const int LargestMark = 44;
    private static readonly PixelPadding s_padding = new(70, 20, 55, 45);

    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void SavePng(string path, IReadOnlyList<RooflineChart> charts) => Sheet.SavePng(path, charts, Width, Height, Draw);

    private static void Draw(Plot plot, RooflineChart chart)
    {
        plot.Title(chart.Title, 14);
        plot.XLabel("FLOPs a byte");
        plot.YLabel("GFLOP/s");
        var (x, y) = (Range(chart.Points.Select(p => p.Intensity), 0.05, 4 * chart.PeakGflops / chart.Roofs.Min(r => r.GBs)), Range(chart.Points.Select(p => p.Gflops), chart.PeakGflops / 100, 1.6 * chart.PeakGflops));
        plot.Axes.SetLimits(x.Low, x.High, y.Low, y.High);
        plot.Layout.Fixed(s_padding);
        Logarithmic(plot.Axes.Bottom);
        Logarithmic(plot.Axes.Left);
        var view = new View(x, y, Width - s_padding.Left - s_padding.Right, Height - s_padding.Top - s_padding.Bottom);
        var places = new LabelPlaces(view.Width, view.Height);
        Roofs(plot, chart, view);
        // The name of the flat roof stands above its right end.
        double flat = view.Pixel(new RooflinePoint("", 1, chart.PeakGflops, 0)).Y;
        places.Block(view.Width - 200, flat - FontSize - 8, view.Width, flat + 4);
        Points(plot, chart, view, places);
    }

    private static void Roofs(Plot plot, RooflineChart chart, View view)
    {
        double peak = Math.Log10(chart.PeakGflops);
        foreach (var roof in chart.Roofs)
        {
            double slope = Math.Log10(roof.GBs), ridge = peak - slope;
            var slanted = plot.Add.Line(view.X.Low, view.X.Low + slope, ridge, peak);
            (slanted.Color, slanted.LineWidth) = (Colors.Gray, 1.5f);
            // Along the line, where it enters the picture.
            double from = Math.Max(view.X.Low, view.Y.Low - slope) + 0.1;
            var name = plot.Add.Text(roof.Name, from, from + slope);
            (name.LabelFontSize, name.LabelFontColor, name.LabelAlignment) = (FontSize, Colors.DimGray, Alignment.LowerLeft);
            name.LabelRotation = (float)(-Math.Atan2(view.Height / (view.Y.High - view.Y.Low), view.Width / (view.X.High - view.X.Low)) * 180 / Math.PI);
        }

        double left = peak - Math.Log10(chart.Roofs.Max(r => r.GBs));
        var flat = plot.Add.Line(left, peak, view.X.High, peak);
        (flat.Color, flat.LineWidth) = (Colors.Gray, 1.5f);
        var text = plot.Add.Text(string.Create(CultureInfo.InvariantCulture, $"multiply-add {chart.PeakGflops:F0} GFLOP/s"), view.X.High, peak);
        (text.LabelFontSize, text.LabelFontColor, text.LabelAlignment) = (FontSize, Colors.DimGray, Alignment.LowerRight);
    }

    private static void Points(Plot plot, RooflineChart chart, View view, LabelPlaces places)
    {
        var color = chart.Kind == RooflineKind.Prefill ? Colors.C0 : Colors.C1;
        foreach (var p in chart.Points)
        {
            var mark = plot.Add.Marker(Math.Log10(p.Intensity), Math.Log10(p.Gflops), MarkerShape.FilledCircle, Size(p), color.WithAlpha(0.6));
            var (x, y) = view.Pixel(p);
            double radius = mark.MarkerSize / 2;
            places.Block(x - radius, y - radius, x + radius, y + radius);
        }

        // Labels of what takes longest come first, and so lie nearest.
        foreach (var p in chart.Points.OrderByDescending(p => p.Share))
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{p.Name} {100 * p.Share:0.#} %");
            var (x, y) = view.Pixel(p);
            if (places.Place(x, y, Size(p) / 2, (name.Length * FontSize * LetterWidth, FontSize + 4)) is not { } place) continue;
            double width = name.Length * FontSize * LetterWidth, nearX = Math.Clamp(x, place.X, place.X + width), nearY = Math.Clamp(y, place.Y, place.Y + FontSize + 4);
            var (lineX, lineY) = view.Coordinates(nearX, nearY);
            var leader = plot.Add.Line(Math.Log10(p.Intensity), Math.Log10(p.Gflops), lineX, lineY);
            (leader.Color, leader.LineWidth) = (Colors.Gray.WithAlpha(0.5), 0.8f);
            var (left, top) = view.Coordinates(place.X, place.Y);
            var label = plot.Add.Text(name, left, top);
            (label.LabelFontSize, label.LabelAlignment, label.LabelFontColor) = (FontSize, Alignment.UpperLeft, Colors.Black);
        }
    }

    private static float Size(RooflinePoint p) => Math.Max(5, (float)Math.Sqrt(p.Share) * LargestMark);

    private static (double Low, double High) Range(IEnumerable<double> values, double low, double high) =>
        (Math.Log10(Math.Min(low, values.DefaultIfEmpty(low).Min() / 1.5)), Math.Log10(Math.Max(high, values.DefaultIfEmpty(high).Max() * 1.5)));

    private static void Logarithmic(IAxis axis) => axis.TickGenerator = new NumericAutomatic
    {
        MinorTickGenerator = new LogMinorTickGenerator(),
        IntegerTicksOnly = true,
        LabelFormatter = power => Math.Pow(10, power).ToString("0.######", CultureInfo.InvariantCulture),
    };

    /// <summary>The picture's area: logarithms of what it shows, and its pixels.</summary>
    private sealed record View((double Low, double High) X, (double Low, double High) Y, double Width, double Height)
    {
        public (double X, double Y) Pixel(RooflinePoint p) =>
            ((Math.Log10(p.Intensity) - X.Low) / (X.High - X.Low) * Width, (Y.High - Math.Log10(p.Gflops)) / (Y.High - Y.Low) * Height);

        public (double X, double Y) Coordinates(double x, double y) => (X.Low + (x / Width * (X.High - X.Low)), Y.High - (y / Height * (Y.High - Y.Low)));
    }
}
