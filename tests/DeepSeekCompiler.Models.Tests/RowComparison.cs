using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>Compares rows of logits, and at the end asks how many agreed.</summary>
internal sealed class RowComparison(int columns, double share, double limit = Tolerances.Logits)
{
    private int _rows;
    private int _agreed;
    private string? _first;

    public void Add(ReadOnlySpan<float> expected, ReadOnlySpan<float> got, string what)
    {
        for (int at = 0; at < expected.Length; at += columns)
        {
            _rows++;
            int wrong = FirstWrong(limit, expected.Slice(at, columns), got.Slice(at, columns));
            if (wrong < 0) _agreed++;
            else _first ??= FormattableString.Invariant($"{what}: row {at / columns}, column {wrong}: got {got[at + wrong]}, expected {expected[at + wrong]}");
        }
    }

    public void Check() => Assert.True(_agreed >= share * _rows, $"{_rows - _agreed} of {_rows} rows differ; first {_first}");

    private static int FirstWrong(double limit, ReadOnlySpan<float> expected, ReadOnlySpan<float> got)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - got[i]) <= limit)) return i;
        }

        return -1;
    }
}
