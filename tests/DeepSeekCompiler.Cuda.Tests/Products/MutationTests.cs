using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cuda.Tests.Products;

/// <summary>Generated kernels with a term changed give wrong results on the simulated machine, which so depends on each of them.</summary>
public class MutationTests
{
    private const int Tokens = 70;
    private const int Hidden = 144;
    private const int Inner = 400;

    [Theory]
    [InlineData(DeviceVariants.Sm80, NumberFormat.BF16, false)]
    [InlineData(DeviceVariants.Sm89, NumberFormat.E4M3, false)]
    [InlineData(DeviceVariants.Sm80, NumberFormat.BF16, true)]
    [InlineData(DeviceVariants.Sm89, NumberFormat.E4M3, true)]
    public void WithoutAMistake_TheResultIsRight(DeviceVariants variant, NumberFormat format, bool decode) => Assert.True(Error(variant, format, decode, text => text) < Tolerances.Contraction);

    /// <summary>Tiles of bfloat16 numbers: swizzle, places of fragments, copies and their waits, ragged edges, sums.</summary>
    [Theory]
    [InlineData("a0Turn = a0 >> 1 & 3", "a0Turn = a0 >> 2 & 3")]
    [InlineData("(activationPiece0 ^ activation0 >> 1 & 3)", "(activationPiece0 ^ activation0 & 3)")]
    [InlineData("(weightPiece1 ^ weight1 >> 1 & 3)", "weightPiece1")]
    [InlineData("b0_2Turn = b0_2 >> 1 & 3", "b0_2Turn = b0_0 >> 2 & 3")]
    [InlineData("(lane & 15)", "(lane & 7)")]
    [InlineData("(lane & 7) + (lane >> 4 << 3)", "(lane & 7) + (lane >> 3 << 3)")]
    [InlineData("(0 + (lane >> 4) ^ a1Turn)", "(0 + (lane >> 3 & 1) ^ a1Turn)")]
    [InlineData("(2 + (lane >> 3 & 1) ^ b0_0Turn)", "(0 + (lane >> 3 & 1) ^ b0_0Turn)")]
    [InlineData("Fragment.B(w0_0_0.Z, w0_0_0.W)", "Fragment.B(w0_0_0.W, w0_0_0.Z)")]
    [InlineData("Fragment.B(w0_2_1.X, w0_2_1.Y)", "Fragment.B(w0_2_1.X, w0_2_1.Z)")]
    [InlineData("MatrixCore.WaitCopies1();", "")]
    [InlineData("MatrixCore.WaitCopies1();", "MatrixCore.WaitCopies2();")]
    [InlineData("MatrixCore.WaitCopies1();\n                    Group.Barrier();", "MatrixCore.WaitCopies1();")]
    [InlineData("MatrixCore.CommitCopies();", "")]
    [InlineData("write = write == 2048 ? 0", "write = write == 1024 ? 0")]
    [InlineData("read = read == 2048 ? 0", "read = read == 1024 ? 0")]
    [InlineData("weightTo0 = 512 +", "weightTo0 = 510 +")]
    [InlineData("warpTokens = warp % 2 * 64", "warpTokens = warp % 2 * 32")]
    [InlineData("warpPoints = warp / 2 * 32", "warpPoints = warp / 4 * 32")]
    [InlineData("Piece0 < 50 ? 16 : 0", "Piece0 < 51 ? 16 : 0")]
    [InlineData("ownToken + 8, ownPoint,", "ownToken + 4, ownPoint,")]
    [InlineData("ownPoint = p0 + warpPoints + (lane & 3) * 2", "ownPoint = p0 + warpPoints + (lane & 3)")]
    [InlineData("dot1_2.Z, dot1_2.W", "dot1_2.W, dot1_2.Z")]
    public void AnotherTermOfATile_IsFound(string term, string other) => AssertFound(DeviceVariants.Sm80, NumberFormat.BF16, false, term, other);

    /// <summary>Tiles of codes.</summary>
    [Theory]
    [InlineData("a0Turn = a0 >> 2 & 1", "a0Turn = a0 >> 1 & 1")]
    [InlineData("(weightPiece0 ^ weight0 >> 2 & 1)", "(weightPiece0 ^ weight0 >> 3 & 1)")]
    [InlineData("Fragment.B(codes0_0.Z, codes0_0.W)", "Fragment.B(codes0_0.Y, codes0_0.W)")]
    [InlineData("int block = step / 4;", "int block = step / 5;")]
    [InlineData("step % 4 == 3", "step % 4 == 2")]
    [InlineData("xScale0, xScaleBelow0", "xScaleBelow0, xScale0")]
    [InlineData("    dotBlock0_1 = default;", "")]
    public void AnotherTermOfATileOfCodes_IsFound(string term, string other) => AssertFound(DeviceVariants.Sm89, NumberFormat.E4M3, false, term, other);

    /// <summary>Rows that stream through registers.</summary>
    [Theory]
    [InlineData("quad = lane & 3", "quad = lane & 1")]
    [InlineData("(lane >> 2) * 2 + 1", "(lane >> 2) * 2")]
    [InlineData("token = Math.Min(first + (lane >> 2)", "token = Math.Min(first + (lane >> 3)")]
    [InlineData("Fragment.A(dotSumLow1.Z, dotSumHigh1.Z, dotSumLow1.W, dotSumHigh1.W)", "Fragment.A(dotSumLow1.Z, dotSumLow1.W, dotSumHigh1.Z, dotSumHigh1.W)")]
    [InlineData("bool inside0 = block * 16 + quad < 50", "bool inside0 = block * 16 + quad < 51")]
    [InlineData("(thread >> 1) * 4 + (thread & 1)", "(thread >> 1) * 4 + (thread & 3)")]
    [InlineData("shared[other * 128 + at + 2]", "shared[other * 128 + at + 1]")]
    [InlineData("Group.Barrier();\n                if (thread < 64)", "if (thread < 64)")]
    [InlineData("block = step * 4 + warp", "block = step * 4 + (warp & 1)")]
    public void AnotherTermOfAStream_IsFound(string term, string other) => AssertFound(DeviceVariants.Sm80, NumberFormat.BF16, true, term, other);

    private static void AssertFound(DeviceVariants variant, NumberFormat format, bool decode, string term, string other) => Assert.True(Error(variant, format, decode, text =>
    {
        Assert.Contains(term, text, StringComparison.Ordinal);
        return text.Replace(term, other, StringComparison.Ordinal);
    }) > 1e-6);

    private static double Error(DeviceVariants variant, NumberFormat format, bool decode, Func<string, string> mutate)
    {
        string name = decode ? "DenseDownDecode" : "DenseDownPrefill";
        var kernels = new SimulatedKernels(new(Specs.Small(Hidden, Inner, format), variant), mutate, name);
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 1), new Random(5));
        int tokens = decode ? 11 : Tokens;
        var x = Vectors.Random(memory, random, tokens * Inner);
        var weight = new Matrix(memory, random, format, Hidden, Inner);
        var y = memory.Of<float>(new float[tokens * Hidden]);
        try
        {
            kernels.Run(name, run, [x, .. weight.Arguments, y, tokens]);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            // Out of a buffer, or lanes that part: found as well.
            return double.PositiveInfinity;
        }

        return Enumerable.Range(0, tokens).Max(t =>
            Vectors.Error(Plain.Linear(weight.Values, Vectors.Prepared(x.Row(t, Inner), format == NumberFormat.E4M3, decode)), y.Row(t, Hidden)));
    }
}
