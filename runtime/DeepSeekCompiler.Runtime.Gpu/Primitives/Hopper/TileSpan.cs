namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>How many of a tile's tokens a launch uses, so that the groups are done at about the same time.</summary>
public static class TileSpan
{
    /// <summary>Most tokens of a tile.</summary>
    public const int Most = 256;

    /// <summary>Fewest: the two warpgroups have 64 each.</summary>
    public const int Least = 128;

    private const int Part = 64;

    /// <summary>The span with the least work for the group that has most; of equals the largest, which reads weights least often.</summary>
    /// <param name="tokens">Tokens.</param>
    /// <param name="tiles">Tiles of weight rows.</param>
    /// <param name="groups">Groups that take tiles in turn.</param>
    public static int Of(int tokens, int tiles, int groups)
    {
        int best = Most, least = int.MaxValue;
        for (int span = Most; span >= Least; span -= Part)
        {
            int items = (tokens + span - 1) / span * tiles, work = (items + groups - 1) / groups * span;
            if (work < least)
            {
                least = work;
                best = span;
            }
        }

        return best;
    }
}
