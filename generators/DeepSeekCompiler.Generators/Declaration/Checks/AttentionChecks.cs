using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

using static Settings.SettingNames;

/// <summary>Widths and head counts of attention.</summary>
internal static class AttentionChecks
{
    /// <summary>A page of latents lies on a worker's stack, next to what else decode attention keeps.</summary>
    private const int MostRank = 1 << 12;

    /// <summary>So do a page's keys and values of a head.</summary>
    private const int MostHeadWidth = 1 << 10;

    internal static IEnumerable<Problem> Check(ModelSpec spec)
    {
        var problems = spec.Attention is LatentAttentionSpec latent ? Latent(latent) : Grouped((GroupedQueryAttentionSpec)spec.Attention);
        return new[] { SizeChecks.Size(NumAttentionHeads, spec.Attention.NumAttentionHeads, most: 1 << 16), Cache(spec) }.Concat(problems).OfType<Problem>();
    }

    private static Problem? Cache(ModelSpec spec) => CacheRules.Against(spec.Attention, spec.Formats.Cache) is { } reason
        ? new(ProblemCode.Format, CacheFormat, $"CacheFormat is {spec.Formats.Cache}, which {reason}.")
        : null;

    private static IEnumerable<Problem?> Latent(LatentAttentionSpec latent)
    {
        yield return SizeChecks.Size(QLoraRank, latent.QLoraRank, least: 0, most: KernelChecks.MostWidth);
        yield return SizeChecks.Size(KvLoraRank, latent.KvLoraRank, most: MostRank);
        yield return SizeChecks.Size(QkNopeHeadDim, latent.QkNopeHeadDim, most: MostHeadWidth);
        yield return Rope(QkRopeHeadDim, latent.QkRopeHeadDim);
        yield return SizeChecks.Size(VHeadDim, latent.VHeadDim, most: MostHeadWidth);
    }

    private static IEnumerable<Problem?> Grouped(GroupedQueryAttentionSpec grouped)
    {
        yield return Rope(HeadDim, grouped.HeadDim);
        yield return SizeChecks.Size(NumKeyValueHeads, grouped.NumKeyValueHeads, most: 1 << 16);
        if (grouped.NumKeyValueHeads > 0 && grouped.NumAttentionHeads % grouped.NumKeyValueHeads != 0)
        {
            yield return new(
                ProblemCode.HeadGroups,
                NumKeyValueHeads,
                $"NumKeyValueHeads is {grouped.NumKeyValueHeads}, which does not divide the {grouped.NumAttentionHeads} query heads (NumAttentionHeads).");
        }
    }

    private static Problem? Rope(string name, int width) => SizeChecks.Size(name, width, most: MostHeadWidth) ?? (width % 2 == 0
        ? null
        : new(ProblemCode.OddRopeWidth, name, $"{name} is {width}; rope turns pairs of numbers, so it must be even."));
}
