using DeepSeekCompiler.Generators.Loops.Interpretation;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>Decode attention with vectors along heads computes what meeting keys one by one computes: blocks of heads whole and ragged, one and several, over whole and
/// ragged pages, in every format of the cache, for one group and for many.</summary>
public class DecodeAcrossTests
{
    public static TheoryData<int, int, NumberFormat> Cases => new()
    {
        { 8, 0, NumberFormat.F32 }, { 16, 0, NumberFormat.BF16 }, { 20, 0, NumberFormat.F32 }, { 40, 0, NumberFormat.BF16 }, { 32, 0, NumberFormat.F32 },
        { 20, 0, NumberFormat.E4M3 },
        { 9, 1, NumberFormat.F32 }, { 24, 2, NumberFormat.BF16 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void VectorsAlongHeads_ComputeTheSame(int heads, int groups, NumberFormat cache)
    {
        var spec = Specs.Random(heads);
        AttentionSpec attention = groups > 0
            ? new GroupedQueryAttentionSpec { NumAttentionHeads = heads, NumKeyValueHeads = groups, HeadDim = 18 }
            : new LatentAttentionSpec { NumAttentionHeads = heads, QLoraRank = 5, KvLoraRank = cache == NumberFormat.E4M3 ? 133 : 35, QkNopeHeadDim = 8, QkRopeHeadDim = 6, VHeadDim = 10 };
        spec = spec with { Attention = attention, Formats = spec.Formats with { Cache = cache } };
        var kernel = KernelSet.Of(spec).Kernels.Single(k => k.Name == "AttentionDecode");
        var plain = kernel.Lower(HostTarget.Scalar with { PacksPanels = false });
        Assert.DoesNotContain("vectors along heads", plain.Schedule.Name, StringComparison.Ordinal);
        foreach (int tokens in new[] { 1, 3 })
        {
            double[] expected = Run(plain, spec, tokens);
            foreach (int width in new[] { 0, 128, 256, 512 })
            {
                var lowered = kernel.Lower(new HostTarget(width));
                Assert.Contains("vectors along heads", lowered.Schedule.Name, StringComparison.Ordinal);
                double error = Errors.Relative(expected, Run(lowered, spec, tokens));
                Assert.True(error <= Tolerances.Contraction, $"{heads} heads, {groups} groups, {cache}, {tokens} tokens, {width} bits: relative error {error}");
            }
        }
    }

    private static double[] Run(LoweredKernel lowered, ModelSpec spec, int tokens)
    {
        var memory = KernelMemory.Create(lowered, spec, tokens, 1);
        foreach (var function in lowered.Functions) LoopInterpreter.Run(function, memory, 3);
        return KernelMemory.Outputs(lowered, memory).Single().Numbers;
    }
}
