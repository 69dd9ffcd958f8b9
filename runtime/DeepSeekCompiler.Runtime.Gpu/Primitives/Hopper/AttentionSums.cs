namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>One thread's part of 64 queries' scores with 128 keys, and of their sums of values.</summary>
public struct AttentionSums
{
    public Sums64 Scores;
    public Sums64 Mix;
}
