namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>PCG32 (O'Neill 2014): a small generator written out so that a seed means the same numbers everywhere and always.</summary>
public sealed class RandomSource
{
    private const ulong Multiplier = 6364136223846793005;
    private const ulong Increment = 1442695040888963407;

    private ulong _state;

    /// <param name="seed">Any number; equal seeds give equal numbers.</param>
    public RandomSource(ulong seed)
    {
        _state = unchecked(seed + Increment);
        Next();
    }

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public float NextSingle() => (Next() >> 8) * (1f / (1 << 24));

    /// <summary>Uniform in 0 to bound - 1, without bias.</summary>
    /// <param name="bound">At least 1.</param>
    public int Below(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        uint reject = (uint)((1UL << 32) % (uint)bound);
        while (true)
        {
            uint bits = Next();
            if (bits >= reject) return (int)(bits % (uint)bound);
        }
    }

    private uint Next()
    {
        ulong old = _state;
        _state = unchecked((old * Multiplier) + Increment);
        uint shifted = (uint)(((old >> 18) ^ old) >> 27);
        return uint.RotateRight(shifted, (int)(old >> 59));
    }
}
