using System.Text.Json;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Cli.Bench;

/// <summary>Figures of an earlier <c>dsc bench --json</c>, to see what has become slower since: whole prompts and steps, and kernels where both sides measured them.</summary>
internal sealed class Baseline
{
    // What a kernel below this share of the time loses is noise, and no loss.
    private const double LeastShare = 0.01;

    private readonly Dictionary<string, double> _seconds = [];

    private Baseline()
    {
    }

    /// <summary>Reads the output of <c>dsc bench --json</c>.</summary>
    /// <exception cref="UserException">There is no such file, or it holds something else.</exception>
    public static Baseline Load(string path)
    {
        if (!File.Exists(path)) throw new UserException($"There is no baseline file {path}; make one with dsc bench --json > {path}.");
        var baseline = new Baseline();
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            foreach (var (array, size, name) in new[] { ("prefill", "tokens", "prefill "), ("decode", "context", "decode at ") })
            {
                foreach (var figure in document.RootElement.GetProperty(array).EnumerateArray())
                {
                    string title = name + figure.GetProperty(size).GetInt32();
                    baseline._seconds[title] = 1 / Median(figure, "tokensPerSecond");
                    if (!figure.TryGetProperty("kernels", out var kernels)) continue;
                    foreach (var kernel in kernels.EnumerateArray()) baseline._seconds[Kernel(title, kernel.GetProperty("name").GetString()!)] = 1e-6 * Median(kernel, "microseconds");
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserException($"{path} is no output of dsc bench --json: {e.Message}");
        }

        return baseline;
    }

    /// <summary>Prints every figure beside its earlier median. Machines are noisy, so a figure counts as slower only where even its best run is.</summary>
    /// <param name="figures">This run.</param>
    /// <param name="threshold">Percent of its speed that a figure may lose.</param>
    /// <param name="quiet">Prints nothing.</param>
    /// <exception cref="UserException">Something is slower by more than the threshold, or nothing was measured on both sides.</exception>
    public void Check(BenchFigures figures, double threshold, bool quiet)
    {
        var slower = new List<string>();
        int compared = 0;
        foreach (var (name, seconds) in Whole(figures).Concat(Kernels(figures)))
        {
            if (!_seconds.TryGetValue(name, out double before)) continue;
            compared++;
            if (!quiet) Output.Line($"{name}: {1e6 * seconds.Median:F1} us, {100 * ((before / seconds.Median) - 1):+0.0;-0.0} % as fast as {1e6 * before:F1} us in the baseline");
            if (before / seconds.Min < 1 - (threshold / 100)) slower.Add(name);
        }

        if (compared == 0) throw new UserException("The baseline and this run have no figure in common; measure the same --prefill and --decode-at.");
        if (slower.Count > 0) throw new UserException(FormattableString.Invariant($"Slower than the baseline by more than {threshold} %, even in the best run: {string.Join("; ", slower)}."));
    }

    private static IEnumerable<(string Name, Spread Seconds)> Whole(BenchFigures figures) =>
        figures.Prefills.Select(p => (p.Name, new Spread(p.Seconds.Median / p.Tokens, p.Seconds.Min / p.Tokens, p.Seconds.Max / p.Tokens))).Concat(figures.Decodes.Select(d => (d.Name, d.Seconds)));

    private static IEnumerable<(string Name, Spread Seconds)> Kernels(BenchFigures figures) =>
        from p in figures.Profiles from k in p.Profile.Kernels where k.Seconds.Median >= LeastShare * p.Profile.Seconds.Median select (Kernel(p.Title, k.Name), k.Seconds);

    private static string Kernel(string title, string name) => $"{name} of {title}";

    private static double Median(JsonElement figure, string name) => figure.GetProperty(name).GetProperty("median").GetDouble();
}
