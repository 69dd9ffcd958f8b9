using DeepSeekCompiler.Generators.Loops.Interpretation;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Ir.Tests;

/// <summary>Decode attention over a cache of whole numbers computes what it computes over the numbers that they stand for, at every vector width: few heads and blocks of them, latents of
/// less than a block of words, of whole ones and of ragged ones, odd and even contexts. What is no number stays none.</summary>
public class DecodeFixedTests
{
    private const int Rope = 6;

    public static TheoryData<int, int, int> Cases => new() { { 4, 34, 1 }, { 16, 256, 1 }, { 20, 132, 3 }, { 40, 34, 2 } };

    internal static ModelSpec Spec(int heads, int rank, NumberFormat cache)
    {
        var spec = Specs.Random(1);
        return spec with
        {
            Attention = new LatentAttentionSpec { NumAttentionHeads = heads, QLoraRank = 5, KvLoraRank = rank, QkNopeHeadDim = 8, QkRopeHeadDim = Rope, VHeadDim = 10 },
            Formats = new FormatSpec { Linear = NumberFormat.BF16, Other = NumberFormat.BF16, Cache = cache },
        };
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void WholeNumbers_AreWhatTheyStandFor(int heads, int rank, int tokens)
    {
        double[] expected = Run(Lower(heads, rank, NumberFormat.F32, 0), heads, rank, tokens);
        double[]? first = null;
        foreach (int width in new[] { 512, 256, 128, 0 })
        {
            double[] actual = Run(Lower(heads, rank, NumberFormat.I16, width), heads, rank, tokens);
            double error = Errors.Relative(expected, actual), between = Errors.Relative(first ??= actual, actual);
            Assert.True(error <= Tolerances.FixedAttention, $"{heads} heads, rank {rank}, {tokens} tokens, {width} bits: relative error {error}");
            Assert.True(between <= Tolerances.Contraction, $"{heads} heads, rank {rank}, {tokens} tokens, {width} bits: {between} from 512 bits");
        }
    }

    [Theory]
    [InlineData(512)]
    [InlineData(0)]
    public void WhatIsNoNumber_StaysNone(int width)
    {
        const int heads = 4, rank = 34;
        var lowered = Lower(heads, rank, NumberFormat.I16, width);
        var spec = Spec(heads, rank, NumberFormat.I16);
        var memory = KernelMemory.Create(lowered, spec, 1, 1);
        // One number of the second head's query.
        memory.Buffers["q"].Numbers[(8 + Rope) + 9] = double.NaN;
        double[] answers = Run(lowered, memory);
        Assert.All(Enumerable.Range(0, heads), head => Assert.Equal(head == 1, double.IsNaN(answers[head * 10])));
        memory = KernelMemory.Create(lowered, spec, 1, 1);
        memory.Buffers["q"].Numbers[2] = double.PositiveInfinity;
        Assert.False(double.IsFinite(Run(lowered, memory)[0]));
        // A latent that could not be written in whole numbers has no scale: nobody gets an answer.
        memory = KernelMemory.Create(lowered, spec, 1, 1);
        memory.Tables["pagesScale"][0].Numbers[Offset(lowered) + (2 * 11)] = double.NaN;
        Assert.All(Run(lowered, memory)[..(heads * 10)], answer => Assert.True(double.IsNaN(answer)));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(0)]
    public void Rows_AreWrittenWithTheScaleOfTheirLargest(int width)
    {
        const int rank = 34;
        var spec = Spec(4, rank, NumberFormat.I16);
        foreach (double bad in new[] { 0, double.NaN, double.PositiveInfinity })
        {
            double[][] rows = [.. new[] { NumberFormat.F32, NumberFormat.I16 }.Select(cache =>
            {
                var kernel = KernelSet.Of(Spec(4, rank, cache)).Kernels.Single(k => k.Name == "LatentDownDecode").Lower(new HostTarget(width));
                var memory = KernelMemory.Create(kernel, spec, 1, 5);
                if (bad != 0) memory.Buffers["x"].Numbers[0] = bad;
                foreach (var function in kernel.Functions) LoopInterpreter.Run(function, memory, 2);
                int row = KernelMemory.Position % 64, page = KernelMemory.Position / 64;
                return cache == NumberFormat.F32 ? memory.Tables["pages"][page].Numbers[(row * (rank + Rope))..((row + 1) * (rank + Rope))]
                    : Decoded(memory, Offset(kernel), page, row, rank);
            })];
            if (bad != 0) Assert.All(rows[1], number => Assert.True(double.IsNaN(number)));
            else
            {
                double most = rows[0][..rank].Max(Math.Abs), rope = rows[0][rank..].Max(Math.Abs);
                for (int i = 0; i < rank + Rope; i++) Assert.Equal(rows[0][i], rows[1][i], (i < rank ? most : rope) / 3584 * 0.501);
            }
        }
    }

    private static LoweredKernel Lower(int heads, int rank, NumberFormat cache, int width) =>
        KernelSet.Of(Spec(heads, rank, cache)).Kernels.Single(k => k.Name == "AttentionDecode").Lower(new HostTarget(width));

    private static int Offset(LoweredKernel lowered) => lowered.Kernel.Tensors.Single(t => t.Name == "pagesScale").Offset;

    private static double[] Run(LoweredKernel lowered, int heads, int rank, int tokens)
    {
        // The same arguments for both formats: those of whole numbers, and what they stand for.
        var whole = Lower(heads, rank, NumberFormat.I16, 0);
        var spec = Spec(heads, rank, NumberFormat.I16);
        Memory given = KernelMemory.Create(whole, spec, tokens, 1), memory = KernelMemory.Create(lowered, spec, tokens, 1);
        foreach (string name in new[] { "q", "weight" }) memory.Buffers[name] = given.Buffers[name];
        if (lowered.Kernel.Tensors.Any(t => t.Name == "pagesScale")) (memory.Tables["pages"], memory.Tables["pagesScale"]) = (given.Tables["pages"], given.Tables["pagesScale"]);
        else memory.Tables["pages"] = [.. Enumerable.Range(0, given.Tables["pages"].Length).Select(p => new Storage([.. Enumerable.Range(0, 64).SelectMany(row => Decoded(given, Offset(whole), p, row, rank))]))];
        // Memory may have room for more answers.
        return Run(lowered, memory)[..(tokens * heads * 10)];
    }

    private static double[] Run(LoweredKernel lowered, Memory memory)
    {
        foreach (var function in lowered.Functions) LoopInterpreter.Run(function, memory, 3);
        return KernelMemory.Outputs(lowered, memory).Single().Numbers;
    }

    private static double[] Decoded(Memory memory, int scales, int page, int row, int rank)
    {
        int words = (rank + Rope) / 2;
        double Number(int first, int count, int which, int i)
        {
            int word = (int)memory.Tables["pages"][page].Numbers[(row * words) + (first / 2) + (i % (count / 2))];
            return (i < count / 2 ? (short)word : word >> 16) * memory.Tables["pagesScale"][page].Numbers[scales + (row * 2) + which];
        }

        return [.. Enumerable.Range(0, rank).Select(i => Number(0, rank, 0, i)), .. Enumerable.Range(0, Rope).Select(i => Number(rank, Rope, 1, i))];
    }
}
