namespace DeepSeekCompiler.Training;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014) as a hash: independent seeds from a seed and a number, so that anything random can be made again
/// from where it is, without a state to keep.</summary>
internal static class SplitMix
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    public static ulong Mix(ulong seed, ulong number)
    {
        unchecked
        {
            return Finish(Finish(seed + Golden) + ((number + 1) * Golden));
        }
    }

    private static ulong Finish(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
