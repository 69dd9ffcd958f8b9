namespace DeepSeekCompiler.Generators.Spec;

/// <summary>Which cache formats an attention can have.</summary>
public static class CacheRules
{
    /// <summary>What stands against a format, to follow its name ("which ..."); null where nothing does.</summary>
    public static string? Against(AttentionSpec attention, NumberFormat cache)
    {
        if (cache is not (NumberFormat.E4M3 or NumberFormat.I16)) return null;
        if (attention is not LatentAttentionSpec latent) return "keeps a latent with its scales, and grouped-query attention has no latent; use F32 or BF16";
        return cache == NumberFormat.I16 && latent.KvLoraRank % 2 != 0 ? $"pairs the numbers of a latent, and KvLoraRank is {latent.KvLoraRank}, an odd number; use F32, BF16 or E4M3" : null;
    }
}
