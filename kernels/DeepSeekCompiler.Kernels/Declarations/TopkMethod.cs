namespace DeepSeekCompiler;

/// <summary>How experts are chosen by their scores (<c>topk_method</c>).</summary>
public enum TopkMethod
{
    /// <summary>The best scores of all experts.</summary>
    Greedy,

    /// <summary>The best scores of the best groups; a group is worth its best score.</summary>
    GroupLimitedGreedy,

    /// <summary>Scores plus a correction bias choose; a group is worth its two best. The bias never enters the weights.</summary>
    NoAuxTc,
}
