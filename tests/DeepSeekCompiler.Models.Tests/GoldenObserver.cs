using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Compares intermediate results with golden data as they come, so that a divergence is located: the first layer, op and element that differ.</summary>
internal sealed class GoldenObserver(GoldenCase golden, int tokens, int hiddenSize, double limit) : IForwardObserver
{
    /// <summary>The first difference, in words.</summary>
    public string? Difference { get; private set; }

    public void OnValues(string probe, int layer, int firstPosition, int rows, ReadOnlySpan<float> values)
    {
        if (probe == "topk_weight") Check($"moe.layer.{layer}.topk_weight", null, values.Length);
        string? name = probe switch { "embed" => "hidden.embed", "block" => $"hidden.layer.{layer}", "norm" => "hidden.norm", _ => null };
        if (name is null || !golden.Has(name) || Difference is not null) return;
        var expected = golden.Floats(name);
        int first = tokens - (expected.Length / hiddenSize);
        for (int i = 0; i < expected.Length; i++)
        {
            float got = values[(first * hiddenSize) + i];
            if (Math.Abs(got - expected[i]) <= limit) continue;
            Difference = FormattableString.Invariant($"layer {layer}, {probe}, position {first + (i / hiddenSize)}, element {i % hiddenSize}: got {got}, expected {expected[i]}");
            return;
        }
    }

    public void OnExperts(int layer, int firstPosition, int rows, ReadOnlySpan<int> experts)
    {
        string name = $"moe.layer.{layer}.topk_idx";
        if (!golden.Has(name) || Difference is not null) return;
        var expected = golden.Longs(name);
        int k = experts.Length / rows;
        for (int t = 0; t < rows; t++)
        {
            var chosen = experts.Slice(t * k, k).ToArray().Order().ToArray();
            var wanted = expected.AsSpan((firstPosition + t) * k, k).ToArray().Select(e => (int)e).Order().ToArray();
            if (chosen.SequenceEqual(wanted)) continue;
            Difference = $"layer {layer}, experts, position {firstPosition + t}: chose {string.Join(' ', chosen)}, expected {string.Join(' ', wanted)}";
            return;
        }
    }

    private void Check(string name, string? problem, int length)
    {
        if (golden.Has(name) && golden.Floats(name).Length != length) Difference ??= problem ?? $"{name} has another length";
    }
}
