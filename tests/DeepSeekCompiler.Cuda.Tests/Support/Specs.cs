using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cuda.Tests.Support;

// Declarations have a policy of the same name.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>Small models for single kernels.</summary>
internal static class Specs
{
    public static ModelSpec Small(int hidden, int inner, NumberFormat format, int experts = 5, int chosen = 3, Fp8Policy policy = Fp8Policy.Full)
    {
        var spec = CheckpointSpec.ReadConfig(GoldenFiles.Path("v3-tiny", "config.json"));
        return spec with
        {
            HiddenSize = hidden, IntermediateSize = inner, VocabSize = 200,
            Formats = new FormatSpec { Linear = format, Other = NumberFormat.BF16, Fp8 = policy },
            Experts = spec.Experts! with { NRoutedExperts = experts, NumExpertsPerTok = chosen, NGroup = 1, TopkGroup = 1, MoeIntermediateSize = inner },
        };
    }

    public static ModelSpec WithHeads(this ModelSpec spec, int heads, int nope, int rope, int latent, int queryLatent) => spec with
    {
        Attention = (LatentAttentionSpec)spec.Attention with { NumAttentionHeads = heads, QkNopeHeadDim = nope, QkRopeHeadDim = rope, KvLoraRank = latent, QLoraRank = queryLatent },
    };
}
