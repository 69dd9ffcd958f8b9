using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Models.Tests.Reference;

/// <summary>Keeps what a compiled model computed, by probe, layer and position.</summary>
internal sealed class TraceObserver : IForwardObserver
{
    private readonly Dictionary<(string, int, int), float[]> _rows = [];

    public void OnValues(string probe, int layer, int firstPosition, int rows, ReadOnlySpan<float> values)
    {
        int columns = values.Length / rows;
        for (int i = 0; i < rows; i++) _rows[(probe, layer, firstPosition + i)] = values.Slice(i * columns, columns).ToArray();
    }

    public void OnExperts(int layer, int firstPosition, int rows, ReadOnlySpan<int> experts)
    {
        int columns = experts.Length / rows;
        for (int i = 0; i < rows; i++) _rows[("experts", layer, firstPosition + i)] = experts.Slice(i * columns, columns).ToArray().Order().Select(e => (float)e).ToArray();
    }

    /// <summary>The first layer, op and element where the two part, in words; null when they agree.</summary>
    public string? FirstDifference(IEnumerable<(string Probe, int Layer, int Position, double[] Values)> reference, double limit)
    {
        foreach (var (probe, layer, position, expected) in reference.OrderBy(r => r.Layer < 0 && r.Probe == "norm" ? int.MaxValue : r.Layer))
        {
            if (!_rows.TryGetValue((probe, layer, position), out var got)) continue;
            for (int i = 0; i < expected.Length; i++)
            {
                if (Math.Abs(got[i] - expected[i]) <= limit) continue;
                return FormattableString.Invariant($"layer {layer}, {probe}, position {position}, element {i}: got {got[i]}, expected {expected[i]}, limit {limit}");
            }
        }

        return null;
    }
}
