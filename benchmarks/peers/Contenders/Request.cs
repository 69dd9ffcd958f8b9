namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>A line to a contender's process; <see cref="Reply"/> is the answer.</summary>
/// <param name="Verb">What to do.</param>
internal sealed record Request(Verb Verb)
{
    /// <summary>For <see cref="Verb.Open"/>.</summary>
    public ContenderSetup? Setup { get; init; }

    /// <summary>For <see cref="Verb.Warm"/> and <see cref="Verb.Run"/>.</summary>
    public BenchCase? Case { get; init; }

    /// <summary>For <see cref="Verb.Logits"/>: prompt lengths.</summary>
    public int[] Prompts { get; init; } = [];

    /// <summary>For <see cref="Verb.Logits"/>: single steps behind each prompt.</summary>
    public int Steps { get; init; }

    /// <summary>For <see cref="Verb.Logits"/>: where the float32 rows go.</summary>
    public string File { get; init; } = "";
}
