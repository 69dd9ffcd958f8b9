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
        if (cache is not (NumberFormat.E4M3 or NumberFormat.I16)) return;
        string name = cache == NumberFormat.E4M3 ? "An FP8 cache" : "An I16 cache";
        if (spec.Attention is not LatentAttentionSpec latent)
            throw new CheckpointException($"{name} keeps a latent with its scales, and this model's grouped-query attention has no latent; use a float32 or bfloat16 cache.");
        if (cache != NumberFormat.I16) return;
        if (device != "host") throw new CheckpointException($"{name} holds whole numbers for the host's processor; use a float32, bfloat16 or FP8 cache on {device}.");
        if (latent.KvLoraRank % 2 != 0) throw new CheckpointException($"{name} pairs the numbers of a latent, and this model's {latent.KvLoraRank} are odd; use a float32, bfloat16 or FP8 cache.");
    }
}
