namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>What a generation is asked for.</summary>
public sealed record GenerationOptions
{
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Most tokens to produce.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Tokens that end it; they are not given out.</summary>
    public IReadOnlyList<int> StopTokens { get; init; } = [];

    /// <summary>Uses the model's MTP module as a draft where it has one. What is generated does not change, or (when sampling) not its distribution.</summary>
    public bool Speculative { get; init; } = true;

    /// <summary>Drafts of a step; 0 chooses again and again, by what drafts and their verification take and how many were right (when sampling without a clock,
    /// so that a seed means one text).</summary>
    public int DraftDepth { get; init; }

    /// <summary>Throws for values without a meaning.</summary>
    /// <exception cref="ArgumentException">One sentence.</exception>
    public void Check()
    {
        if (Sampling is null) throw new ArgumentException("There is no Sampling; leave it as it is for the best token each time.");
        if (StopTokens is null) throw new ArgumentException("There are no StopTokens; leave them empty for those of the tokenizer.");
        if (MaxTokens < 0) throw new ArgumentException($"{MaxTokens} tokens cannot be generated; ask for 0 or more.");
        if (DraftDepth is < 0 or > SpeculativeSteps.MostDepth)
            throw new ArgumentException($"{DraftDepth} drafts a step cannot be made; ask for 1 to {SpeculativeSteps.MostDepth}, or 0 for as many as are worth it.");
        Sampling.Check();
    }
}
