namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>How the next token is drawn.</summary>
public sealed record SamplingOptions
{
    /// <summary>0 takes the best token; larger is bolder.</summary>
    public float Temperature { get; init; }

    /// <summary>Only the best tokens that together have this probability; 1 for all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Only this many best tokens; 0 for all.</summary>
    public int TopK { get; init; }

    public ulong Seed { get; init; }

    /// <summary>Throws for values without a meaning.</summary>
    /// <exception cref="ArgumentException">One sentence.</exception>
    public void Check()
    {
        if (!(Temperature >= 0) || float.IsInfinity(Temperature)) throw new ArgumentException($"A temperature of {Temperature} has no meaning; it is 0 (greedy) or a positive number.");
        if (!(TopP > 0 && TopP <= 1)) throw new ArgumentException($"A top-p of {TopP} has no meaning; it is above 0 and at most 1.");
        if (TopK < 0) throw new ArgumentException($"A top-k of {TopK} has no meaning; it is 0 (all) or a positive number.");
    }
}
