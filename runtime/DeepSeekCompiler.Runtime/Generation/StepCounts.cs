namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>Steps and drafts of a generation, counted.</summary>
internal sealed class StepCounts
{
    private readonly int[] _tried = new int[SpeculativeSteps.MostDepth];
    private readonly int[] _accepted = new int[SpeculativeSteps.MostDepth];
    private int _fed;
    private int _made;

    public int Steps { get; set; }

    public void Clear()
    {
        (Steps, _fed, _made) = (0, 0, 0);
        _tried.AsSpan().Clear();
        _accepted.AsSpan().Clear();
    }

    /// <summary>A step with drafts.</summary>
    /// <param name="made">Drafts.</param>
    /// <param name="fed">Those that the main model was fed.</param>
    /// <param name="accepted">Those of them that were right.</param>
    public void Add(int made, int fed, int accepted)
    {
        (Steps, _made, _fed) = (Steps + 1, _made + made, _fed + fed);
        for (int i = 0; i < fed && i <= accepted; i++)
        {
            _tried[i]++;
            if (i < accepted) _accepted[i]++;
        }
    }

    public GenerationStatistics Statistics(int prompt, TimeSpan prefill, int tokens, TimeSpan decode) => new()
    {
        PromptTokens = prompt,
        Prefill = prefill,
        Tokens = tokens,
        Decode = decode,
        Steps = Steps,
        Made = _made,
        Fed = _fed,
        ByDepth = [.. _tried.Zip(_accepted, (t, a) => new DraftCount(t, a)).TakeWhile(d => d.Tried > 0)],
    };
}
