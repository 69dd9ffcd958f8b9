using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>What the best schedule of attention depends on, as a tuning file has it.</summary>
internal static class AttentionText
{
    public static string Of(AttentionShape s, LatentAttentionSpec? latent)
    {
        string cache = s.Cache.ToString().ToLowerInvariant();
        return latent is null ? $"{s.Heads} heads of {s.KeyDim}, {s.Groups} cached {cache}" : $"{s.Heads} heads of {latent.QkHeadDim} and {latent.VHeadDim}, {latent.KvLoraRank} + {latent.QkRopeHeadDim} cached {cache}";
    }
}
