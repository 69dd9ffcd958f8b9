using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Models.Tests.Reference;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Cuda.Tests.Hopper;

/// <summary>The simulation finds mistakes: of a machine that is not what the kernels think it is, and of kernels with a term changed.</summary>
public class MutationTests
{
    // Eight steps along the columns, the last one ragged: the ring of four is gone through more than once. Two tiles of weight rows, the second one ragged; of
    // the second warpgroup's two parts the second one is ragged.
    private const int Tokens = 198;
    private const int Hidden = 144;
    private const int Inner = 912;

    [Fact]
    public void WithoutAMistake_TheResultIsRight() => Assert.True(Error(text => text, Faults.None) < Tolerances.Contraction);

    [Theory]
    [InlineData(Faults.Swizzle)]
    [InlineData(Faults.Stride)]
    [InlineData(Faults.Fill)]
    [InlineData(Faults.Rows)]
    [InlineData(Faults.Advance)]
    public void AnotherMachine_IsFound(Faults fault) => Assert.True(Error(text => text, fault) > 1e-3);

    [Theory]
    [InlineData("step >> 8 ^ 1", "1")]
    [InlineData("TransferBarrier.Wait(full, step >> 8)", "TransferBarrier.Wait(full, 1)")]
    [InlineData("(step ^ 256) - stage", "step - stage")]
    [InlineData("(thread >> 7) * 8192", "(thread >> 7) * 7168")]
    [InlineData("tile + start + 16384", "tile + start + 8192")]
    [InlineData("MatrixDescriptor.Of(tile + 32768)", "MatrixDescriptor.Of(tile + 31744)")]
    [InlineData("row0, full)", "row0 + 1, full)")]
    [InlineData("block * 128, first + part, full)", "block * 128 + 1, first + part, full)")]
    [InlineData("first + part, full)", "first, full)")]
    [InlineData("(last + 63) / 64", "(last + 63) / 64 + 1")]
    [InlineData("(thread >> 5 & 3) * 16", "(thread >> 5 & 3) * 8")]
    [InlineData("(thread >> 7) * 64 + (", "(thread >> 7) * 32 + (")]
    [InlineData("count > 128", "count > 192")]
    [InlineData("token + 8, point,", "token + 4, point,")]
    [InlineData("token + 128, point,", "token + 124, point,")]
    [InlineData("(lane & 3) * 2", "(lane & 3)")]
    [InlineData("part0.C1,", "part0.C2,")]
    [InlineData("part1.C1,", "part1.C2,")]
    [InlineData("Math.Min(block + 1, 7)", "block")]
    [InlineData("p0 / 128 *", "(p0 + 128) / 128 % 2 *")]
    [InlineData("inside / width", "inside % width")]
    public void AnotherTerm_IsFound(string term, string other) => Assert.True(Error(text =>
    {
        Assert.Contains(term, text, StringComparison.Ordinal);
        return text.Replace(term, other, StringComparison.Ordinal);
    }, Faults.None) > 1e-3);

    private static double Error(Func<string, string> mutate, Faults faults)
    {
        var kernels = new SimulatedKernels(new(Specs.Small(Hidden, Inner, NumberFormat.E4M3), DeviceVariants.Sm90), mutate, "DenseDownPrefill");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 1, faults), new Random(5));
        var x = Vectors.Random(memory, random, Tokens * Inner);
        var weight = new Matrix(memory, random, NumberFormat.E4M3, Hidden, Inner);
        var y = Vectors.Random(memory, random, Tokens * Hidden);
        double[][] before = [.. Enumerable.Range(0, Tokens).Select(t => y.Row(t, Hidden))];
        try
        {
            kernels.Run("DenseDownPrefill", run, [x, .. weight.Arguments, y, Tokens]);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            // Out of a buffer, or a barrier that does not come: found as well.
            return double.PositiveInfinity;
        }

        return Enumerable.Range(0, Tokens).Max(t => Vectors.Error(
            [.. Plain.Linear(weight.Values, Vectors.Prepared(x.Row(t, Inner), true, false)).Zip(before[t], (a, b) => a + b)], y.Row(t, Hidden)));
    }
}
