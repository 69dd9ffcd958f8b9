namespace DeepSeekCompiler.Plots;

/// <summary>A curve.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="X">Places, ascending.</param>
/// <param name="Y">Values, as many.</param>
/// <param name="Dots">Marks the points: for few of them.</param>
public sealed record ChartLine(string Name, double[] X, double[] Y, bool Dots = false)
{
    /// <summary>Means of neighbours, at most a number of points: a curve that can be read.</summary>
    public ChartLine Smoothed(int points)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        if (X.Length <= points) return this;
        int width = (X.Length + points - 1) / points;
        return this with { X = [.. X.Chunk(width).Select(c => c.Average())], Y = [.. Y.Chunk(width).Select(c => c.Average())] };
    }
}
