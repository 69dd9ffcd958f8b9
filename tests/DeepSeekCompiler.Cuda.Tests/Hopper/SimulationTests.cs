using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Models.Tests.Reference;

namespace DeepSeekCompiler.Cuda.Tests.Hopper;

/// <summary>The generated Hopper kernels on a simulated machine: copy engine, transfer barriers and warpgroup instructions by the letter of their specification,
/// against plain products on ragged shapes. What is executed is the generated text, launch code included.</summary>
public class SimulationTests
{
    /// <summary>Hidden size, inner width, format of the matrices, tokens, two terms.</summary>
    public static TheoryData<int, int, NumberFormat, int, bool> Shapes => new()
    {
        { 136, 72, NumberFormat.BF16, 131, true }, { 328, 136, NumberFormat.BF16, 5, false }, { 272, 144, NumberFormat.E4M3, 133, false }, { 912, 272, NumberFormat.E4M3, 7, false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Projections_MatchThePlainReference(int hidden, int inner, NumberFormat format, int tokens, bool split) =>
        new ProductCase(DeviceVariants.Sm90, hidden, inner, format, tokens) { Split = split }.Projections();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Experts_MatchThePlainReference(int hidden, int inner, NumberFormat format, int tokens, bool split) =>
        new ProductCase(DeviceVariants.Sm90, hidden, inner, format, tokens) { Split = split }.Experts();

    /// <summary>Whole numbers, bit for bit.</summary>
    [Theory]
    [InlineData(NumberFormat.BF16)]
    [InlineData(NumberFormat.E4M3)]
    public void WholeNumbers_AreExact(NumberFormat format) => new ProductCase(DeviceVariants.Sm90, 144, 272, format, 67).WholeNumbers();

    /// <summary>As many weight rows as make tiles wide, few columns.</summary>
    [Theory]
    [InlineData(6, NumberFormat.BF16, true)]
    [InlineData(6, NumberFormat.BF16, false)]
    public void WideTiles_MatchThePlainReference(int tokens, NumberFormat format, bool split)
    {
        const int rows = 7184, columns = 80;
        var kernels = new SimulatedKernels(new(Specs.Small(rows, columns, format), DeviceVariants.Sm90, split), "DenseDownPrefill");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 2), new Random(11));
        var h = Vectors.Random(memory, random, tokens * columns);
        var y = Vectors.Random(memory, random, tokens * rows);
        var down = new Matrix(memory, random, format, rows, columns);
        double[][] before = [.. Enumerable.Range(0, tokens).Select(t => y.Row(t, rows))];
        kernels.Run("DenseDownPrefill", run, [h, .. down.Arguments, y, tokens]);
        Vectors.Check("DenseDownPrefill", y, tokens, t => [.. Plain.Linear(down.Values, Vectors.Prepared(h.Row(t, columns), false, split)).Zip(before[t], (a, b) => a + b)]);
    }

    /// <summary>Heads whose parts come in boxes of 64 and 128 rows, and of 8 rows.</summary>
    [Theory]
    [InlineData(3, 128, 64, NumberFormat.E4M3)]
    [InlineData(7, 24, 8, NumberFormat.E4M3)]
    [InlineData(5, 40, 16, NumberFormat.BF16)]
    public void RotatedHeads_MatchThePlainReference(int heads, int nope, int rope, NumberFormat format) =>
        new ProductCase(DeviceVariants.Sm90, 272, 144, format, 9) { Split = true }.RotatedHeads(heads, nope, rope);
}
