using System.Text.Json;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Cli.Commands;

/// <summary>Figures of an earlier <c>dsc bench --json</c>, to see what has become slower since.</summary>
internal sealed class Baseline
{
    private readonly Dictionary<string, double> _rates = [];

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
                    baseline._rates[name + figure.GetProperty(size).GetInt32()] = figure.GetProperty("tokensPerSecond").GetProperty("median").GetDouble();
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserException($"{path} is no output of dsc bench --json: {e.Message}");
        }

        return baseline;
    }

    /// <summary>Prints every figure beside its earlier median. Machines are noisy, so a figure counts as slower only where even its best run is.</summary>
    /// <param name="figures">Name and seconds a token.</param>
    /// <param name="threshold">Percent that a figure may lose.</param>
    /// <param name="quiet">Prints nothing.</param>
    /// <exception cref="UserException">Something is slower by more than the threshold, or nothing was measured on both sides.</exception>
    public void Check(IEnumerable<(string Name, Spread Seconds)> figures, double threshold, bool quiet)
    {
        var slower = new List<string>();
        int compared = 0;
        foreach (var (name, seconds) in figures)
        {
            if (!_rates.TryGetValue(name, out double before)) continue;
            compared++;
            double now = 1 / seconds.Median, best = 1 / seconds.Min;
            if (!quiet) Output.Line($"{name}: {now:F1} tokens/s, {100 * ((now / before) - 1):+0.0;-0.0} % against {before:F1} in the baseline");
            if (best < before * (1 - (threshold / 100))) slower.Add(name);
        }

        if (compared == 0) throw new UserException("The baseline and this run have no figure in common; measure the same --prefill and --decode-at.");
        if (slower.Count > 0) throw new UserException(FormattableString.Invariant($"Slower than the baseline by more than {threshold} %, even in the best run: {string.Join(", ", slower)}."));
    }
}
