namespace DeepSeekCompiler.Cli.Bench;

/// <summary>What <c>dsc bench</c> measures: as asked, and where nothing was, the usual sizes as far as the model has positions for them.</summary>
/// <param name="Prefill">Prompt lengths.</param>
/// <param name="DecodeAt">Contexts at which decode is timed.</param>
/// <param name="Tokens">Steps of a decode run, all behind its context.</param>
internal sealed record BenchSizes(int[] Prefill, int[] DecodeAt, int Tokens)
{
    private const int UsualTokens = 64;

    private static readonly int[] s_prefill = [128, 512];
    private static readonly int[] s_decodeAt = [16, 512];

    /// <summary>Positions that all of it needs.</summary>
    public int Longest => Math.Max(Prefill.Max(), DecodeAt.Max() + Tokens);

    /// <param name="prefill">As asked; null for the usual lengths.</param>
    /// <param name="decodeAt">As asked; null for the usual contexts.</param>
    /// <param name="tokens">As asked; null for the usual number, a quarter of the positions or what is left of them at most.</param>
    /// <param name="positions">That the model is declared for.</param>
    /// <exception cref="UserException">Something that was asked for does not fit.</exception>
    public static BenchSizes Of(int[]? prefill, int[]? decodeAt, int? tokens, int positions)
    {
        if (prefill is not null && prefill.Max() > positions) throw Beyond($"--prefill {prefill.Max()}", positions);
        int room = positions - (decodeAt?.Max() ?? 1), steps = tokens ?? Math.Min(UsualTokens, decodeAt is null ? Math.Max(1, positions / 4) : room);
        if (steps > room || steps < 1) throw Beyond(Asked(decodeAt, tokens), positions);
        return new(prefill ?? Fitting(s_prefill, positions), decodeAt ?? Fitting(s_decodeAt, positions - steps), steps);
    }

    private static int[] Fitting(int[] usual, int most) => [.. usual.Select(n => Math.Min(n, most)).Distinct()];

    private static string Asked(int[]? decodeAt, int? tokens) =>
        decodeAt is null && tokens is null ? "A step behind a token"
        : string.Join(" with ", new[] { decodeAt is null ? null : $"--decode-at {decodeAt.Max()}", tokens is null ? null : $"--tokens {tokens}" }.OfType<string>());

    private static UserException Beyond(string asked, int positions) => new($"{asked} needs more than the {positions} positions that the model is declared for.");
}
