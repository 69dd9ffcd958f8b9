using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Checkpoints;

namespace DeepSeekCompiler.Compile;

/// <summary>Which models and devices can keep their cache in a format that is asked for.</summary>
public static class CacheFormats
{
    /// <param name="spec">The model.</param>
    /// <param name="cache">The format.</param>
    /// <param name="device">Where it runs: host, or the name of a device.</param>
    /// <exception cref="CheckpointException">One sentence about what stands against it.</exception>
    public static void Check(ModelSpec spec, NumberFormat cache, string device)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (CacheRules.Against(spec.Attention, cache) is { } reason) throw new CheckpointException($"The cache format is {cache}, which {reason}.");
        if (cache == NumberFormat.I16 && device != "host")
            throw new CheckpointException($"The cache format is {cache}, which holds whole numbers for the host's processor; use F32, BF16 or E4M3 on {device}.");
    }
}
