namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Sizes that kernels and runtime agree on.</summary>
public static class Limits
{
    /// <summary>Most tokens of one forward chunk on the host, whose workers keep the sums of a chunk in their caches.</summary>
    public const int MaxChunk = 512;

    /// <summary>Most tokens of one on a device, as many as its memory has room for. So many, expanded to eight slots of 7168 numbers in two terms, are counted in 32 bits.</summary>
    public const int MaxDeviceChunk = 4096;

    /// <summary>Most tokens that the decode kernels of devices take at once, and absorbed attention where it shares no cache rows among tokens.</summary>
    public const int MaxDecode = 4;

    /// <summary>Most tokens that the decode kernels of the host take at once: weights stream past tiles of four tokens, which beats decoding them into panels first as
    /// long as an expert sees few of the tokens, measured.</summary>
    public const int MaxStreaming = 16;

    /// <summary>From so many tokens on the experts' down projections of a streaming step go expert by expert, which decodes a weight once for all tokens of an expert; fewer tokens seldom
    /// share an expert, and go token by token in one pass (<see cref="ExpertDownCombine"/>).</summary>
    public const int LeastGrouped = 4;

    /// <summary>Tokens of a cache page.</summary>
    public const int PageTokens = 64;

    /// <summary>Tokens whose keys and values lie expanded in device memory at once: whole pages; 256 MB with 128 heads of 128 numbers.</summary>
    public const int SegmentTokens = 4096;

    /// <summary>Bytes of a piece of the weights that decode attention asks for ahead: a cache line for each token of a page.</summary>
    public const int AheadBytes = 64 * PageTokens;

    /// <summary>The most such pieces: 4 MiB, what the second caches of a few cores hold beside the context.</summary>
    public const int AheadPieces = 1024;

    /// <summary>Most parts that decode attention splits a context into: 32 of a model with 128 heads, 32 heads a group, are a group for each of an H100's 132 multiprocessors.</summary>
    public const int MaxSplits = 32;

    /// <summary>Where softmax maxima start: far below any score, but finite, so that differences stay numbers.</summary>
    public const double Lowest = -1e30;
}
