using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Diagnostics;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Declaration.Checks;

using static Settings.SettingNames;

/// <summary>What kernels can count and hold: products of sizes, each of which may be legal by itself. All are far above anything published.</summary>
internal static class KernelChecks
{
    /// <summary>Numbers of a row that a projection reads: 16 rows of float32, or of twice the width in the MTP module, lie on a worker's stack of 16 MiB.</summary>
    internal const int MostWidth = 1 << 16;

    /// <summary>Numbers of a row that a projection writes: those of a chunk of 4096 tokens are counted in 32 bits.</summary>
    internal const int MostRows = 1 << 19;

    // Of a head's part of kv_b_proj, float32 on a worker's stack.
    private const int MostHeadWeights = 1 << 21;

    // What the experts of a token hand to the down projection, of 16 tokens on a worker's stack.
    private const int MostExpertNumbers = 1 << 17;

    internal static IEnumerable<Problem> Check(ModelSpec spec) =>
        Heads(spec.Attention).Concat(spec.Experts is { } e ? Experts(spec, e) : []).Concat(Matrices(spec)).OfType<Problem>();

    private static IEnumerable<Problem?> Heads(AttentionSpec attention)
    {
        long heads = attention.NumAttentionHeads;
        bool latent = attention is LatentAttentionSpec;
        yield return AtMost(NumAttentionHeads, $"{NumAttentionHeads} x {(latent ? VHeadDim : HeadDim)}", heads * attention.ValueDim, MostWidth, "an output projection reads rows");
        if (attention is not LatentAttentionSpec a) yield break;
        yield return AtMost(NumAttentionHeads, $"{NumAttentionHeads} x ({QkNopeHeadDim} + {QkRopeHeadDim})", heads * a.QkHeadDim, MostRows, "a projection writes rows");
        yield return AtMost(NumAttentionHeads, $"{NumAttentionHeads} x ({QkNopeHeadDim} + {VHeadDim})", heads * (a.QkNopeHeadDim + a.VHeadDim), MostRows, "a projection writes rows");
        yield return AtMost(KvLoraRank, $"{KvLoraRank} x ({QkNopeHeadDim} + {VHeadDim})", (long)a.KvLoraRank * (a.QkNopeHeadDim + a.VHeadDim), MostHeadWeights, "attention expands latents by weights");
    }

    private static IEnumerable<Problem?> Experts(ModelSpec spec, MixtureOfExpertsSpec e)
    {
        yield return AtMost(NSharedExperts, $"{NSharedExperts} x {MoeIntermediateSize}", (long)e.NSharedExperts * e.MoeIntermediateSize, MostWidth, "a down projection reads rows");
        yield return AtMost(NumExpertsPerTok, $"{NumExpertsPerTok} x {MoeIntermediateSize}", (long)e.NumExpertsPerTok * e.MoeIntermediateSize, MostExpertNumbers, "the experts of a token hand on rows");
        yield return AtMost(NumExpertsPerTok, $"{NumExpertsPerTok} x {HiddenSize}", (long)e.NumExpertsPerTok * spec.HiddenSize, MostRows, "the experts of a token answer with rows");
    }

    private static IEnumerable<Problem?> Matrices(ModelSpec spec)
    {
        var a = spec.Attention as LatentAttentionSpec;
        long hidden = spec.HiddenSize, heads = spec.Attention.NumAttentionHeads;
        yield return Matrix(VocabSize, $"{VocabSize} x {HiddenSize}", spec.VocabSize * hidden);
        yield return Matrix(IntermediateSize, $"{IntermediateSize} x {HiddenSize}", spec.IntermediateSize * hidden);
        yield return Matrix(NumAttentionHeads, $"{NumAttentionHeads} x {(a is null ? HeadDim : VHeadDim)} x {HiddenSize}", heads * spec.Attention.ValueDim * hidden);
        if (a is not null)
        {
            bool direct = a.QLoraRank == 0;
            yield return Matrix(
                NumAttentionHeads, $"{NumAttentionHeads} x ({QkNopeHeadDim} + {QkRopeHeadDim}) x {(direct ? HiddenSize : QLoraRank)}", heads * a.QkHeadDim * (direct ? hidden : a.QLoraRank));
            yield return Matrix(NumAttentionHeads, $"{NumAttentionHeads} x ({QkNopeHeadDim} + {VHeadDim}) x {KvLoraRank}", heads * (a.QkNopeHeadDim + a.VHeadDim) * a.KvLoraRank);
            yield return Matrix(QLoraRank, $"{QLoraRank} x {HiddenSize}", a.QLoraRank * hidden);
        }

        if (spec.NumNextnPredictLayers > 0) yield return Matrix(HiddenSize, $"2 x {HiddenSize} x {HiddenSize}", 2 * hidden * hidden);
        if (spec.Experts is not { } e) yield break;
        yield return Matrix(NRoutedExperts, $"{NRoutedExperts} x {HiddenSize}", e.NRoutedExperts * hidden);
        yield return Matrix(MoeIntermediateSize, $"{MoeIntermediateSize} x {HiddenSize}", e.MoeIntermediateSize * hidden);
        yield return Matrix(NSharedExperts, $"{NSharedExperts} x {MoeIntermediateSize} x {HiddenSize}", (long)e.NSharedExperts * e.MoeIntermediateSize * hidden);
    }

    private static Problem? Matrix(string name, string product, long value) => AtMost(name, product, value, int.MaxValue, "kernels count the numbers of a matrix in 32 bits:");

    private static Problem? AtMost(string name, string product, long value, long most, string what) => value <= most
        ? null
        : new(ProblemCode.SizeOutOfRange, name, string.Format(CultureInfo.InvariantCulture, "{0} is {1}; {2} of {3} numbers at most.", product, value, what, most));
}
