namespace DeepSeekCompiler.Training.Data;

/// <summary>Rows that go through a pass together, padded with -1 to the longest of them.</summary>
/// <param name="Tokens">[Rows, Length].</param>
/// <param name="Rows">Rows.</param>
/// <param name="Length">Tokens of the longest row, and at least what a pass takes.</param>
/// <param name="MainTargets">Positions that have a next token.</param>
/// <param name="MtpTargets">Positions that have a token after the next.</param>
public sealed record MicroBatch(int[] Tokens, int Rows, int Length, long MainTargets, long MtpTargets)
{
    // A pass with an MTP module takes no shorter rows.
    private const int Shortest = 3;

    /// <summary>Puts rows together.</summary>
    public static MicroBatch Of(IReadOnlyList<int[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        int length = Math.Max(Shortest, rows.Max(r => r.Length));
        var tokens = new int[rows.Count * length];
        Array.Fill(tokens, -1);
        for (int i = 0; i < rows.Count; i++) rows[i].CopyTo(tokens, i * length);
        return new MicroBatch(tokens, rows.Count, length, rows.Sum(r => Math.Max(0L, r.Length - 1)), rows.Sum(r => Math.Max(0L, r.Length - 2)));
    }
}
