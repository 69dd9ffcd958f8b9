using System.Globalization;

namespace DeepSeekCompiler.GpuBenchmark.Supervision;

/// <summary>The items of a stage that one of its processes takes: every <paramref name="Of"/>th.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Of">Processes of the stage.</param>
internal readonly record struct Part(int Index, int Of)
{
    public static Part Whole { get; } = new(0, 1);

    public bool Has(int item) => item % Of == Index;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Of}");

    public static Part Parse(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return new(int.Parse(text.AsSpan(0, slash), CultureInfo.InvariantCulture), int.Parse(text.AsSpan(slash + 1), CultureInfo.InvariantCulture));
    }
}
