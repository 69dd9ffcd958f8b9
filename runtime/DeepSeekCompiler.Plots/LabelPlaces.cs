namespace DeepSeekCompiler.Plots;

/// <summary>Finds places for labels beside their points, in pixels: as near as there is room.</summary>
/// <param name="width">Of the area that labels must stay in.</param>
/// <param name="height">Of that area.</param>
internal sealed class LabelPlaces(double width, double height)
{
    private const int Directions = 16;
    private const double Step = 9;
    private const int Rings = 24;

    private readonly List<(double Left, double Top, double Right, double Bottom)> _taken = [];

    /// <summary>Keeps labels off something.</summary>
    public void Block(double left, double top, double right, double bottom) => _taken.Add((left, top, right, bottom));

    /// <summary>The top left corner of a label; null where there is no room for it.</summary>
    /// <param name="x">Its point.</param>
    /// <param name="y">Downwards.</param>
    /// <param name="radius">Of the mark.</param>
    /// <param name="size">Of the label.</param>
    public (double X, double Y)? Place(double x, double y, double radius, (double Width, double Height) size)
    {
        for (int ring = 0; ring < Rings; ring++)
        {
            double away = radius + 4 + (ring * Step);
            for (int i = 0; i < Directions; i++)
            {
                double angle = 2 * Math.PI * i / Directions;
                double left = x + (away * Math.Cos(angle)) - (size.Width * (1 - Math.Cos(angle)) / 2);
                double top = y + (away * Math.Sin(angle)) - (size.Height * (1 - Math.Sin(angle)) / 2);
                if (!IsFree(left, top, left + size.Width, top + size.Height)) continue;
                _taken.Add((left, top, left + size.Width, top + size.Height));
                return (left, top);
            }
        }

        return null;
    }

    private bool IsFree(double left, double top, double right, double bottom) =>
        left >= 0 && top >= 0 && right <= width && bottom <= height && !_taken.Any(t => left < t.Right && right > t.Left && top < t.Bottom && bottom > t.Top);
}
