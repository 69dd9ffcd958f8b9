using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Cuda.Tests.Products;

// Declarations have a policy of the same name.
using Fp8Policy = DeepSeekCompiler.Generators.Spec.Fp8Policy;

/// <summary>The generated kernels for sm_80 and sm_89 on a simulated machine: mma.sync, ldmatrix and cp.async by the letter of the PTX manual, against plain
/// products on random ragged shapes. What is executed is the generated text, launch code included.</summary>
public class SimulationTests
{
    // The tiles of the shipped kernels, smaller ones, and ones whose pairs of fragments lack a second half.
    private static readonly MatrixTile[] s_tiles = [MatrixTile.Large, MatrixTile.Small, new(32, 32, 2, 32)];

    /// <summary>Device, format of the matrices, full FP8, seed of the shape.</summary>
    public static TheoryData<DeviceVariants, NumberFormat, bool, int> Shapes
    {
        get
        {
            var data = new TheoryData<DeviceVariants, NumberFormat, bool, int>();
            foreach (var variant in new[] { DeviceVariants.Sm80, DeviceVariants.Sm89 })
            {
                for (int seed = 0; seed < 3; seed++)
                {
                    if (variant == DeviceVariants.Sm80) data.Add(variant, NumberFormat.BF16, false, seed);
                    data.Add(variant, NumberFormat.E4M3, true, seed);
                    if (variant == DeviceVariants.Sm80) data.Add(variant, NumberFormat.E4M3, false, seed);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ProjectionsOfManyTokens_MatchThePlainReference(DeviceVariants variant, NumberFormat format, bool full, int seed) => Case(variant, format, full, seed, false).Projections();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ProjectionsOfFewTokens_MatchThePlainReference(DeviceVariants variant, NumberFormat format, bool full, int seed) => Case(variant, format, full, seed, true).Projections();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ExpertsOfManyTokens_MatchThePlainReference(DeviceVariants variant, NumberFormat format, bool full, int seed) => Case(variant, format, full, seed, false).Experts();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ExpertsOfFewTokens_MatchThePlainReference(DeviceVariants variant, NumberFormat format, bool full, int seed) => Case(variant, format, full, seed, true).Experts();

    [Theory]
    [MemberData(nameof(Shapes))]
    public void WholeNumbers_AreExact(DeviceVariants variant, NumberFormat format, bool full, int seed)
    {
        Case(variant, format, full, seed, false).WholeNumbers();
        Case(variant, format, full, seed, true).WholeNumbers();
    }

    [Theory]
    [InlineData(3, 128, 64, NumberFormat.E4M3, true)]
    [InlineData(7, 24, 8, NumberFormat.E4M3, false)]
    [InlineData(5, 40, 16, NumberFormat.BF16, false)]
    [InlineData(5, 40, 16, NumberFormat.BF16, true)]
    public void RotatedHeads_MatchThePlainReference(int heads, int nope, int rope, NumberFormat format, bool decode) =>
        new ProductCase(DeviceVariants.Sm89, 272, 144, format, decode ? 3 : 37) { Split = true, Decode = decode }.RotatedHeads(heads, nope, rope);

    // Rows of whole pieces of 16 bytes, and any number of tokens. Seed 0 is the shipped tile with more than one tile of tokens and rows.
    private static ProductCase Case(DeviceVariants variant, NumberFormat format, bool full, int seed, bool decode)
    {
        var random = new Random((100 * seed) + (decode ? 1 : 0) + (full ? 2 : 0));
        int each = format == NumberFormat.E4M3 ? 16 : 8;
        int Width(int from, int to) => random.Next(from / each, to / each) * each;
        int tokens = decode ? random.Next(1, 65) : seed == 0 ? random.Next(129, 140) : random.Next(1, 80);
        return new(variant, Width(144, 400), Width(48, seed == 0 ? 300 : 600), format, tokens)
        {
            Policy = full ? Fp8Policy.Full : Fp8Policy.WeightOnly, Split = seed != 1, Tile = s_tiles[seed], Decode = decode,
        };
    }
}
