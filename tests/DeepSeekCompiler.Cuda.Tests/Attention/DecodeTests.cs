using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Offline;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cuda.Tests.Attention;

/// <summary>Decode attention on matrix instructions, executed by the simulated machine: any head count, latent rank, rope width, split of the context.</summary>
public class DecodeTests
{
    /// <summary>Heads, width without rope, rope width, latent rank, tokens, position, parts.</summary>
    public static TheoryData<int, int, int, int, int, int, int> Shapes => new()
    {
        { 16, 24, 64, 512, 1, 70, 1 }, { 1, 16, 8, 40, 1, 0, 1 }, { 5, 16, 16, 144, 3, 130, 2 }, { 20, 16, 32, 128, 2, 61, 16 }, { 37, 8, 8, 80, 4, 190, 3 }, { 64, 16, 64, 256, 1, 15, 1 },
        { 33, 16, 24, 136, 1, 63, 4 },
        { 3, 16, 8, 40, 1, 2100, 32 },
    };

    /// <summary>Weights that are 1 or 0: every score, maximum and value on its way, without rounding.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void WholeNumbers_AreExact(int heads, int nope, int rope, int latent, int tokens, int position, int splits) =>
        Assert.InRange(AttentionCase.Latent(heads, nope, rope, latent, tokens, position, splits).Error(whole: true), -Tolerances.Contraction, Tolerances.Contraction);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void LatentAttention_MatchesThePlainReference(int heads, int nope, int rope, int latent, int tokens, int position, int splits) =>
        Assert.InRange(AttentionCase.Latent(heads, nope, rope, latent, tokens, position, splits).Error(whole: false), 0, Tolerances.Bf16Attention);

    /// <summary>Where groups have more shared memory, blocks have more keys.</summary>
    [Theory]
    [InlineData(64, 16, 16, 512, 64, 1, 200, 2)]
    [InlineData(37, 8, 8, 80, 64, 3, 189, 3)]
    [InlineData(7, 16, 24, 136, 64, 2, 62, 1)]
    public void LongBlocks_MatchThePlainReference(int heads, int nope, int rope, int latent, int keys, int tokens, int position, int splits)
    {
        var given = AttentionCase.Latent(heads, nope, rope, latent, tokens, position, splits);
        Assert.Contains($"block * {keys}", given.Kernels(DeviceVariants.Sm90).Files("", "AttentionDecode").Values.Single(), StringComparison.Ordinal);
        Assert.InRange(given.Error(whole: true, variant: DeviceVariants.Sm90), -Tolerances.Contraction, Tolerances.Contraction);
        Assert.InRange(given.Error(whole: false, variant: DeviceVariants.Sm90), 0, Tolerances.Bf16Attention);
    }

    /// <summary>The kernel of long blocks with a term changed.</summary>
    [Theory]
    [InlineData("(thread & 7) * 2 + 17] = pair3", "(thread & 7) * 2 + 16] = pair3")]
    [InlineData("seen - 32", "seen - 40")]
    [InlineData("other * 544 + at + 8", "other * 544 + at")]
    [InlineData("fours[other * 544 + at]", "fours[at]")]
    [InlineData("p0_3, Fragment", "p0_2, Fragment")]
    [InlineData("scores[place + 48]", "scores[place + 40]")]
    public void AnotherTermOfLongBlocks_IsFound(string term, string other)
    {
        double error = AttentionCase.Latent(37, 8, 8, 80, 2, 189, 2).Error(whole: false, text =>
        {
            Assert.Contains(term, text, StringComparison.Ordinal);
            return text.Replace(term, other, StringComparison.Ordinal);
        }, DeviceVariants.Sm90);
        Assert.False(error <= 10 * Tolerances.Bf16Attention, $"{error}");
    }

    /// <summary>Absorption and expansion on matrix instructions, in both formats of the weights: columns, weight rows and tokens that fill strips and steps and that do not.</summary>
    [Theory]
    [InlineData(NumberFormat.BF16, 16, 8, 16, 72, 3, 66, 2)]
    [InlineData(NumberFormat.BF16, 84, 8, 32, 48, 9, 5, 1)]
    [InlineData(NumberFormat.E4M3, 16, 16, 16, 144, 2, 130, 3)]
    [InlineData(NumberFormat.E4M3, 96, 8, 48, 256, 4, 0, 1)]
    public void Expansion_MatchesThePlainReference(NumberFormat format, int nope, int rope, int values, int latent, int tokens, int position, int splits)
    {
        var given = AttentionCase.Latent(5, nope, rope, latent, tokens, position, splits, format).WithValues(values);
        Assert.Contains("PutExpand", given.Kernels().Files("", "AttentionDecode").Values.Single(), StringComparison.Ordinal);
        Assert.InRange(given.Error(whole: true), -Tolerances.Contraction, Tolerances.Contraction);
        Assert.InRange(given.Error(whole: false), 0, Tolerances.Bf16Attention);
    }

    /// <summary>Values of their own, heads that share keys.</summary>
    [Theory]
    [InlineData(8, 2, 64, 2, 40, 2)]
    [InlineData(6, 6, 24, 1, 80, 3)]
    public void GroupedAttention_MatchesThePlainReference(int heads, int groups, int width, int tokens, int position, int splits)
    {
        Assert.InRange(AttentionCase.Grouped(heads, groups, width, tokens, position, splits).Error(whole: true), -Tolerances.Contraction, Tolerances.Contraction);
        Assert.InRange(AttentionCase.Grouped(heads, groups, width, tokens, position, splits).Error(whole: false), 0, Tolerances.Bf16Attention);
    }

    /// <summary>The kernel with a term changed.</summary>
    [Theory]
    [InlineData("MatrixCore.WaitCopies1();", "", 190)]
    [InlineData("MatrixCore.WaitCopies1();\n                    Group.Barrier();", "MatrixCore.WaitCopies1();", 190)]
    [InlineData("place < keys ? 16 : 0", "16", 2)]
    [InlineData("seen > 1 ?", "seen > 0 ?", 2)]
    [InlineData("(lane & 7) + (lane >> 4 << 3)", "(lane & 7) + (lane >> 3 << 3)", 190)]
    [InlineData("(lane >> 3 & 1)", "(lane >> 4)", 190)]
    [InlineData("LoadMatrixTransposed", "LoadMatrix", 190)]
    [InlineData("Fragment.B(v0.X, v0.Y)", "Fragment.B(v0.X, v0.Z)", 190)]
    [InlineData("Fragment.B(k0.Z, k0.W)", "Fragment.B(k0.W, k0.Z)", 190)]
    [InlineData("fadeBelow0 = fades[row + 8]", "fadeBelow0 = fades[row]", 190)]
    [InlineData("MatrixCore.Exchange(highest, 4)", "MatrixCore.Exchange(highest, 2)", 190)]
    [InlineData("total = total * fade + sum", "total = total + sum", 190)]
    [InlineData("if (column < 88)", "if (column < 80)", 190)]
    public void AnotherTerm_IsFound(string term, string other, int position)
    {
        double error = AttentionCase.Latent(37, 8, 8, 80, 2, position, 2).Error(whole: false, text =>
        {
            Assert.Contains(term, text, StringComparison.Ordinal);
            return text.Replace(term, other, StringComparison.Ordinal);
        });
        Assert.False(error <= 10 * Tolerances.Bf16Attention, $"{error}");
    }

    /// <summary>Absorption, join and expansion with a term changed.</summary>
    [Theory]
    [InlineData("start + quad * 4 + 16", "start + quad * 4 + 12")]
    [InlineData("Fragment.A(Fragment.LowHalves(", "Fragment.A(Fragment.HighHalves(")]
    [InlineData("start + quad * 4 + 16 < 20 ? 1f : 0f", "1f")]
    [InlineData("Fragment.B(q0.X, q0.Y)", "Fragment.B(q0.X, q0.Z)")]
    [InlineData("PackBF16(sum0.X, sum0.Z)", "PackBF16(sum0.X, sum0.Y)")]
    [InlineData("head * 19 + piece;", "head * 19;")]
    [InlineData("number + 144] =", "number + 136] =")]
    [InlineData("MatrixCore.Exchange(most, 16)", "MatrixCore.Exchange(most, 8)")]
    [InlineData("total += MatrixCore.Exchange(total, 2)", "total += MatrixCore.Exchange(total, 1)")]
    [InlineData("int part = warp; part < splits; part += 8", "int part = warp; part < splits; part += 16")]
    [InlineData("(thread & 3) * 256 + other * 32 + (thread >> 2)", "(thread & 3) * 256 + other * 32 + (thread >> 3)")]
    [InlineData("p0 / 16", "p0 / 32")]
    public void AnotherTermAround_IsFound(string term, string other)
    {
        var given = AttentionCase.Latent(5, 20, 8, 144, 3, 650, 11, NumberFormat.BF16).WithValues(16);
        double error = given.Error(whole: false, text =>
        {
            Assert.Contains(term, text, StringComparison.Ordinal);
            return text.Replace(term, other, StringComparison.Ordinal);
        });
        Assert.False(error <= 10 * Tolerances.Bf16Attention, $"{error}");
    }

    /// <summary>A float32 cache keeps the plain kernel.</summary>
    [Fact]
    public void AFloatCache_IsNotRounded()
    {
        var given = AttentionCase.Latent(4, 16, 8, 40, 1, 3, 1);
        var plain = given.Spec with { Formats = given.Spec.Formats with { Cache = NumberFormat.F32 } };
        Assert.DoesNotContain("CopyAsync", new GeneratedKernels(plain, DeviceVariants.Sm80).Files("", "AttentionDecode").Values.Single(), StringComparison.Ordinal);
        Assert.Contains("CopyAsync", given.Kernels().Files("", "AttentionDecode").Values.Single(), StringComparison.Ordinal);
    }

    /// <summary>Two models whose kernels have 16 and 32 heads a group.</summary>
    [PtxasTheory]
    [InlineData("DeepSeekV2Lite", "sm_80", 18)]
    [InlineData("DeepSeekV3", "sm_90a", 144)]
    public void Kernels_MultiplyWithoutStack(string model, string architecture, int instructions)
    {
        var spec = Catalogue.Find(model)!;
        var kernels = new GeneratedKernels(spec with { Formats = spec.Formats with { Cache = NumberFormat.BF16 } }, architecture == "sm_80" ? DeviceVariants.Sm80 : DeviceVariants.Sm90);
        var type = kernels.Compile(kernels.Files("", "AttentionDecode"))["AttentionDecode"];
        using var compiler = new PtxCompiler(architecture);
        var (entry, launched) = GeneratedKernels.Entries(type).Single(e => e.Method.Name == "Parts");
        Assert.InRange(launched.SharedBytes, 1, (architecture == "sm_80" ? 99 : 227) * 1024);
        var resources = PtxAssembler.Assemble(PtxAssembler.Find()!, compiler.Compile(entry), architecture);
        Assert.True(resources is { StackBytes: 0, SpillBytes: 0, Registers: <= 255, Warnings.Count: 0 }, $"{resources.Registers} registers, {resources.StackBytes} bytes of stack, {resources.SpillBytes} spilled");
        Assert.Equal(0, resources.Code!.Count("LDL") + resources.Code.Count("STL"));
        Assert.Equal(instructions, resources.Code.Count("HMMA"));
    }
}
