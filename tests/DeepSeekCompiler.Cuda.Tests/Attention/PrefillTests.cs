using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Offline;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cuda.Tests.Attention;

/// <summary>Prefill attention on matrix instructions, executed by the simulated machine: any head count, latent rank and widths, ragged chunks and contexts.</summary>
public class PrefillTests
{
    /// <summary>Heads, width without rope, rope width, latent rank, width of a value, tokens, position.</summary>
    public static TheoryData<int, int, int, int, int, int, int> Shapes => new()
    {
        // One block and a ragged one, pages that begin between queries; a key's and a value's last piece without a neighbour.
        { 2, 16, 8, 40, 24, 70, 50 }, { 1, 24, 16, 144, 16, 1, 127 }, { 3, 16, 0, 64, 32, 64, 0 },
        // Blocks of 128 queries.
        { 33, 8, 8, 24, 8, 130, 3 },
        // A second segment, which some of the queries do not see.
        { 1, 8, 8, 16, 32, 20, 4090 },
        // Queries that wait in shared memory, steps of half a page.
        { 1, 192, 64, 32, 256, 5, 90 },
    };

    /// <summary>Weights that are 1 or 0: every score, maximum and value on its way, without rounding.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void WholeNumbers_AreExact(int heads, int nope, int rope, int latent, int value, int tokens, int position) =>
        Assert.InRange(Case(heads, nope, rope, latent, value, tokens, position).Error(whole: true), -Tolerances.WholeAttention, Tolerances.WholeAttention);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void LatentAttention_MatchesThePlainReference(int heads, int nope, int rope, int latent, int value, int tokens, int position) =>
        Assert.InRange(Case(heads, nope, rope, latent, value, tokens, position).Error(whole: false), 0, Tolerances.Bf16Attention);

    /// <summary>Codes with block scales, and the products of Hopper.</summary>
    [Theory]
    [InlineData(NumberFormat.E4M3, DeviceVariants.Sm89)]
    [InlineData(NumberFormat.E4M3, DeviceVariants.Sm90)]
    [InlineData(NumberFormat.BF16, DeviceVariants.Sm90)]
    public void Expansions_MatchThePlainReference(NumberFormat format, DeviceVariants variant) =>
        Assert.InRange(Case(5, 24, 16, 144, 16, 30, 81, format).Error(whole: false, variant: variant), 0, Tolerances.Bf16Attention);

    /// <summary>Heads that warpgroups multiply: pairs of blocks and single ones, more steps than a ring has stages, a second segment; heads, latent rank, tokens, position.</summary>
    public static TheoryData<int, int, int, int> WarpgroupShapes => new() { { 2, 32, 70, 450 }, { 3, 24, 300, 3 }, { 1, 16, 20, 4090 }, { 6, 16, 150, 3960 } };

    [Theory]
    [MemberData(nameof(WarpgroupShapes))]
    public void Warpgroups_MatchThePlainReference(int heads, int latent, int tokens, int position)
    {
        var given = Case(heads, 128, 64, latent, 128, tokens, position);
        Assert.InRange(given.Error(whole: false, variant: DeviceVariants.Sm90), 0, Tolerances.Bf16Attention);
        Assert.InRange(given.Error(whole: true, variant: DeviceVariants.Sm90), -Tolerances.WholeAttention, Tolerances.WholeAttention);
    }

    /// <summary>Keys and values in the cache, shared by heads or not; a row of pieces that threads do not divide evenly.</summary>
    [Theory]
    [InlineData(4, 2, 64, 70, 40)]
    [InlineData(3, 3, 24, 2, 80)]
    [InlineData(34, 2, 16, 129, 0)]
    public void GroupedAttention_MatchesThePlainReference(int heads, int groups, int width, int tokens, int position)
    {
        Assert.InRange(AttentionCase.Grouped(heads, groups, width, tokens, position, 0).Error(whole: true), -Tolerances.WholeAttention, Tolerances.WholeAttention);
        Assert.InRange(AttentionCase.Grouped(heads, groups, width, tokens, position, 0).Error(whole: false), 0, Tolerances.Bf16Attention);
    }

    /// <summary>The kernel with a term changed.</summary>
    [Theory]
    [InlineData("MatrixCore.WaitCopies0();", "")]
    [InlineData("MatrixCore.WaitCopies0();\n                    Group.Barrier();", "MatrixCore.WaitCopies0();")]
    [InlineData("shared, 384 - read);", "shared, read);")]
    [InlineData("left ? 16 : 0", "left + 8 ? 16 : 0")]
    [InlineData("(lane & 7) + (lane >> 4 << 3)", "(lane & 7) + (lane >> 3 << 3)")]
    [InlineData("pair = key + (lane >> 3 & 1)", "pair = key + (lane >> 4)")]
    [InlineData("(lane & 15) * 3", "(lane & 15) * 4")]
    [InlineData("row * 3 + piece + 2", "row * 3 + piece + 1")]
    [InlineData("LoadMatrixTransposed", "LoadMatrix")]
    [InlineData("Fragment.B(v0_0.X, v0_0.Y)", "Fragment.B(v0_0.X, v0_0.Z)")]
    [InlineData("Fragment.B(k0_0.Z, k0_0.W)", "Fragment.B(k0_0.W, k0_0.Z)")]
    [InlineData("Fragment.Hide(score1, reach - 8,", "Fragment.Hide(score1, reach - 7,")]
    [InlineData("if (reach < 63)", "if (reach < 16)")]
    [InlineData("fadeBelow = DeviceMath.Exp2(mostBelow - highestBelow)", "fadeBelow = fade")]
    [InlineData("MatrixCore.Exchange(highest, 2)", "MatrixCore.Exchange(highest, 1)")]
    [InlineData("total *= fade;", "")]
    [InlineData("below = query + 8", "below = query + 4")]
    [InlineData("MatrixCore.PackBF16(queries[below], queries[below + 1]), 0, 0)", "0, MatrixCore.PackBF16(queries[below], queries[below + 1]), 0)")]
    public void AnotherTerm_IsFound(string term, string other) => AssertFound(Case(2, 16, 8, 40, 24, 70, 190), term, other);

    /// <summary>The same between segments.</summary>
    [Theory]
    [InlineData("bool last = pagesLeft == pageCount;", "bool last = true;")]
    [InlineData("total = (lane & 3) == 0 ?", "total = (lane & 3) == 4 ?")]
    [InlineData("mostBelow = given.maximum[ownBelow];", "")]
    [InlineData("- segment * 4096", "- segment * 4032")]
    public void AnotherTermBetweenSegments_IsFound(string term, string other) => AssertFound(Case(1, 8, 8, 16, 32, 20, 4090), term, other);

    /// <summary>The kernel of warpgroups with a term changed.</summary>
    [Theory]
    [InlineData("MatrixDescriptor.OfTransposed(values, 16384)", "MatrixDescriptor.OfTransposed(values, 8192)")]
    [InlineData("(done + step) / 2 & 1", "1")]
    [InlineData("(step - 1) * 128, full)", "step * 128, full)")]
    [InlineData("TransferBarrier.Arrive(nextFull + 8)", "TransferBarrier.Arrive(keyFull + 8)")]
    [InlineData("WarpgroupAttention.Publish();", "")]
    [InlineData("((piece1 ^ row1) & 7)", "(piece1 & 7)")]
    [InlineData("group * 24576, ready", "group * 16384, ready")]
    [InlineData("weights.C1 =", "weights.C2 =")]
    [InlineData("mix = sums.Mix;", "")]
    public void AnotherTermOfWarpgroups_IsFound(string term, string other) => AssertFound(Case(1, 128, 64, 16, 128, 70, 450), term, other, DeviceVariants.Sm90);

    /// <summary>That kernel on another machine.</summary>
    [Theory]
    [InlineData(Faults.Swizzle)]
    [InlineData(Faults.Stride)]
    [InlineData(Faults.Advance)]
    [InlineData(Faults.Rows)]
    public void AnotherMachineOfWarpgroups_IsFound(Faults faults) => AssertFound(Case(1, 128, 64, 16, 128, 70, 250) with { Faults = faults }, "", "", DeviceVariants.Sm90);

    /// <summary>What matrix instructions cannot do stays with the plain kernel, which says why.</summary>
    [Fact]
    public void OtherShapes_KeepThePlainKernel()
    {
        var given = Case(4, 16, 8, 40, 24, 5, 3);
        string Text(ModelSpec spec) => new GeneratedKernels(spec, DeviceVariants.Sm80).Files("", "AttentionPrefill").Values.Single().ReplaceLineEndings(" ").Replace("        /// ", "", StringComparison.Ordinal);
        ModelSpec With(LatentAttentionSpec attention) => given.Spec with { Attention = attention };
        var latent = (LatentAttentionSpec)given.Spec.Attention;
        Assert.Contains("MatrixCore", Text(given.Spec), StringComparison.Ordinal);
        foreach (var (spec, reason) in new[]
        {
            (given.Spec with { Formats = given.Spec.Formats with { Cache = NumberFormat.F32 } }, "need a bfloat16 cache"),
            (given.Spec with { Formats = given.Spec.Formats with { Linear = NumberFormat.F32 } }, "in bfloat16 or E4M3"),
            (With(latent with { VHeadDim = 20 }), "multiples of 8"), (With(latent with { VHeadDim = 512 }), "too wide"),
        })
        {
            Assert.DoesNotContain("MatrixCore", Text(spec), StringComparison.Ordinal);
            Assert.Contains(reason, Text(spec), StringComparison.Ordinal);
        }
    }

    /// <summary>Queries in blocks of 128 and of 64, in registers and in shared memory.</summary>
    [PtxasTheory]
    [InlineData("DeepSeekV3", "sm_90a", "HGMMA", 40)]
    [InlineData("DeepSeekV2Lite", "sm_80", "HMMA", 160)]
    [InlineData("Glm47Flash", "sm_80", "HMMA", 128)]
    public void Kernels_MultiplyWithoutStack(string model, string architecture, string instruction, int count)
    {
        var spec = Catalogue.Find(model)!;
        var kernels = new GeneratedKernels(spec with { Formats = spec.Formats with { Cache = NumberFormat.BF16 } }, architecture == "sm_80" ? DeviceVariants.Sm80 : DeviceVariants.Sm90);
        var type = kernels.Compile(kernels.Files("", "AttentionPrefill"))["AttentionPrefill"];
        using var compiler = new PtxCompiler(architecture);
        var (entry, launched) = GeneratedKernels.Entries(type).Single(e => e.Method.Name == "Attend");
        Assert.InRange(launched.SharedBytes, 1, architecture == "sm_80" ? 99 * 1024 : 227 * 1024);
        var resources = PtxAssembler.Assemble(PtxAssembler.Find()!, compiler.Compile(entry), architecture);
        Assert.True(resources is { StackBytes: 0, SpillBytes: 0, Registers: <= 255, Warnings.Count: 0 }, $"{resources.Registers} registers, {resources.StackBytes} bytes of stack, {resources.SpillBytes} spilled");
        Assert.Equal(0, resources.Code!.Count("LDL") + resources.Code.Count("STL"));
        Assert.Equal(count, resources.Code.Count(instruction));
    }

    private static void AssertFound(AttentionCase given, string term, string other, DeviceVariants variant = DeviceVariants.Sm80)
    {
        double error = given.Error(whole: false, text =>
        {
            Assert.Contains(term, text, StringComparison.Ordinal);
            return term.Length == 0 ? text : text.Replace(term, other, StringComparison.Ordinal);
        }, variant);
        Assert.False(error <= 10 * Tolerances.Bf16Attention, $"{error}");
    }

    private static AttentionCase Case(int heads, int nope, int rope, int latent, int value, int tokens, int position, NumberFormat format = NumberFormat.BF16) =>
        AttentionCase.Latent(heads, nope, rope, latent, tokens, position, 0, format).WithValues(value);
}
