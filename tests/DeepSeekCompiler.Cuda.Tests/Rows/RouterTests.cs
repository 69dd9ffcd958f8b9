using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Cuda.Tests.Rows;

// Declarations have enumerations of the same names.
using ScoringFunc = DeepSeekCompiler.Generators.Spec.ScoringFunc;
using TopkMethod = DeepSeekCompiler.Generators.Spec.TopkMethod;

/// <summary>Router selection and dispatch of many threads on the simulated machine: the very experts and slots that one thread after the other would give.</summary>
public class RouterTests
{
    /// <summary>Experts, groups, groups that are kept, experts of a token, method, scores.</summary>
    public static TheoryData<int, int, int, int, TopkMethod, ScoringFunc> Routers => new()
    {
        { 256, 8, 4, 8, TopkMethod.NoAuxTc, ScoringFunc.Sigmoid },
        { 160, 8, 3, 6, TopkMethod.GroupLimitedGreedy, ScoringFunc.Softmax },
        { 64, 1, 1, 6, TopkMethod.Greedy, ScoringFunc.Softmax },
        { 384, 1, 1, 8, TopkMethod.NoAuxTc, ScoringFunc.Sigmoid },
        { 45, 3, 2, 4, TopkMethod.NoAuxTc, ScoringFunc.Sigmoid },
        { 6, 1, 1, 3, TopkMethod.NoAuxTc, ScoringFunc.Sigmoid },
    };

    [Theory]
    [MemberData(nameof(Routers))]
    public unsafe void Router_ChoosesTheFirstOfEqualExperts(int experts, int groups, int kept, int k, TopkMethod method, ScoringFunc scoring)
    {
        const int Tokens = 9;
        var e = Experts(experts, k) with { NGroup = groups, TopkGroup = kept, TopkMethod = method, ScoringFunc = scoring, NormTopkProb = true, RoutedScalingFactor = 2.5 };
        var kernels = new SimulatedKernels(new(Spec(e), DeviceVariants.Sm80), "RouterSelect");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 2), new Random(experts));
        // Few different numbers in every other token, so that many are equal.
        float[] logits = [.. Enumerable.Range(0, Tokens * experts).Select(i => i / experts % 2 == 0 ? (float)((random.NextDouble() * 6) - 3) : random.Next(-2, 3))];
        float[] bias = [.. Enumerable.Range(0, experts).Select(_ => random.Next(-2, 3) / 16f)];
        var (chosen, routing) = (memory.Allocate<int>(Tokens * k), memory.Allocate<float>(Tokens * k));
        object[] first = [memory.Of<float>(logits), .. method == TopkMethod.NoAuxTc ? (object[])[memory.Of<float>(bias)] : []];
        kernels.Run("RouterSelect", run, [.. first, chosen, routing, Tokens]);
        for (int t = 0; t < Tokens; t++)
        {
            float[] raw = logits.AsSpan(t * experts, experts).ToArray(), scores = scoring == ScoringFunc.Sigmoid ? [.. raw.Select(x => 1 / (1 + MathF.Exp(-1 * x)))] : Softmax(raw);
            float[] choice = method == TopkMethod.NoAuxTc ? [.. scores.Zip(bias, (s, b) => s + b)] : scores;
            int size = experts / groups;
            var best = Enumerable.Range(0, groups).OrderByDescending(g => choice.Skip(g * size).Take(size).OrderDescending().Take(method == TopkMethod.NoAuxTc ? 2 : 1).Sum()).Take(kept).ToHashSet();
            int[] expected = [.. Enumerable.Range(0, experts).Where(i => groups == 1 || best.Contains(i / size)).OrderByDescending(i => choice[i]).Take(k)];
            Assert.Equal(expected, new Span<int>(chosen.Start + (t * k), k).ToArray());
            float sum = expected.Sum(i => scores[i]);
            for (int j = 0; j < k; j++) Assert.Equal(scores[expected[j]] * 2.5f / sum, routing[(t * k) + j], 1e-5f);
        }
    }

    [Theory]
    [InlineData(256, 8, 1)]
    [InlineData(256, 8, 32)]
    [InlineData(256, 8, 33)]
    [InlineData(300, 6, 733)]
    [InlineData(6, 3, 1)]
    [InlineData(6, 3, 500)]
    [InlineData(64, 6, 43)]
    public unsafe void Dispatch_GivesSlotsInTheOrderOfTokens(int experts, int k, int tokens)
    {
        var kernels = new SimulatedKernels(new(Spec(Experts(experts, k)), DeviceVariants.Sm80), "Dispatch");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 3), new Random(tokens));
        int[] chosen = [.. Enumerable.Range(0, tokens).SelectMany(_ => Enumerable.Range(0, experts).OrderBy(_ => random.Next()).Take(k))];
        int pairs = tokens * k, most = Math.Min(pairs, experts);
        ArrayView<int> slot = memory.Allocate<int>(pairs), slotToken = memory.Allocate<int>(pairs), expert = memory.Allocate<int>(experts), offset = memory.Allocate<int>(experts + 1), active = memory.Allocate<int>(1);
        kernels.Run("Dispatch", run, memory.Of<int>(chosen), slot, slotToken, expert, offset, active, tokens);
        int[] listed = [.. chosen.Distinct().Order()], sorted = [.. Enumerable.Range(0, pairs).OrderBy(p => chosen[p])];
        Assert.Equal(listed.Length, active[0]);
        Assert.Equal([.. listed, .. Enumerable.Repeat(0, most - listed.Length)], new Span<int>(expert.Start, most).ToArray());
        Assert.Equal([.. listed.Select(e => Array.FindIndex(sorted, p => chosen[p] == e)), .. Enumerable.Repeat(pairs, most + 1 - listed.Length)], new Span<int>(offset.Start, most + 1).ToArray());
        Assert.Equal(sorted.Select(p => p / k), new Span<int>(slotToken.Start, pairs).ToArray());
        for (int s = 0; s < pairs; s++) Assert.Equal(s, slot[sorted[s]]);
    }

    private static float[] Softmax(float[] x)
    {
        float most = x.Max();
        float[] powers = [.. x.Select(v => MathF.Exp(v - most))];
        float sum = powers.Sum();
        return [.. powers.Select(p => p / sum)];
    }

    private static MixtureOfExpertsSpec Experts(int experts, int k) => Specs.Small(64, 64, NumberFormat.BF16, experts, k).Experts!;

    private static ModelSpec Spec(MixtureOfExpertsSpec e) => Specs.Small(64, 64, NumberFormat.BF16) with { Experts = e };
}
