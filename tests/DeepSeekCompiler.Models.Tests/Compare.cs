using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Comparisons that say where they fail.</summary>
internal static class Compare
{
    public static void Rows(ReadOnlySpan<float> expected, ReadOnlySpan<float> got, int columns, string what, double limit = Tolerances.Logits)
    {
        Assert.Equal(expected.Length, got.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - got[i]) <= limit))
                Assert.Fail(FormattableString.Invariant($"{what}: row {i / columns}, column {i % columns}: got {got[i]}, expected {expected[i]}, limit {limit}"));
        }
    }
}
