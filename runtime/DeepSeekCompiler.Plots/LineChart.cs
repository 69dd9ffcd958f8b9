namespace DeepSeekCompiler.Plots;

/// <summary>Curves over a common axis.</summary>
/// <param name="Title">Above.</param>
/// <param name="XLabel">What the horizontal axis counts.</param>
/// <param name="YLabel">What the vertical axis measures, with its unit.</param>
/// <param name="Lines">The curves.</param>
public sealed record LineChart(string Title, string XLabel, string YLabel, IReadOnlyList<ChartLine> Lines)
{
    /// <summary>A level to compare with, and its name; null for none.</summary>
    public (double Value, string Name)? Level { get; init; }

    /// <summary>The vertical axis' range; null to fit the curves.</summary>
    public (double Low, double High)? Range { get; init; }
}
