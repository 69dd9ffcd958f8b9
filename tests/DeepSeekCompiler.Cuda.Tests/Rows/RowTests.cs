using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Cuda.Tests.Support;
using DeepSeekCompiler.Generators.Program;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Models.Tests.Reference;

namespace DeepSeekCompiler.Cuda.Tests.Rows;

/// <summary>Kernels whose groups go through rows, on the simulated machine: rows that fill the threads' pieces and rows that do not.</summary>
public class RowTests
{
    private const int Vocabulary = 200;

    // One warp and some, no multiple of four, several steps, sixteen warps and a rest.
    [Theory]
    [InlineData(4, 1)]
    [InlineData(60, 3)]
    [InlineData(137, 5)]
    [InlineData(1000, 2)]
    [InlineData(4612, 3)]
    [InlineData(12300, 1)]
    public void NormsAndEmbeddings_MatchThePlainReference(int hidden, int tokens)
    {
        var kernels = new SimulatedKernels(new(Specs.Small(hidden, 64, NumberFormat.BF16) with { NumNextnPredictLayers = 1 }, DeviceVariants.Sm80), "FinalNorm", "Embed", "MtpInput");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 2), new Random(hidden));
        var x = Vectors.Random(memory, random, tokens * hidden);
        Matrix norm = new(memory, random, NumberFormat.BF16, 1, hidden), other = new(memory, random, NumberFormat.BF16, 1, hidden), table = new(memory, random, NumberFormat.BF16, Vocabulary, hidden);
        int[] ids = [.. Enumerable.Range(0, tokens).Select(_ => random.Next(Vocabulary))];
        double[] Embedding(int t) => table.Values.AsSpan(ids[t] * hidden, hidden).ToArray();
        var y = memory.Allocate<float>((long)tokens * hidden);
        kernels.Run("FinalNorm", run, [x, .. norm.Arguments, y, tokens]);
        Vectors.Check("FinalNorm", y, tokens, t => Plain.RmsNorm(x.Row(t, hidden), norm.Values, 1e-6));
        kernels.Run("Embed", run, [memory.Of<int>(ids), .. table.Arguments, y, tokens]);
        Vectors.CheckExactly("Embed", y, tokens, Embedding);
        var both = memory.Allocate<float>(2L * tokens * hidden);
        kernels.Run("MtpInput", run, [memory.Of<int>(ids), .. table.Arguments, x, .. norm.Arguments, .. other.Arguments, both, tokens]);
        Vectors.Check("MtpInput", both, tokens, t => [.. Plain.RmsNorm(Embedding(t), norm.Values, 1e-6), .. Plain.RmsNorm(x.Row(t, hidden), other.Values, 1e-6)]);
    }

    /// <summary>Rows so long that several groups share one.</summary>
    [Theory]
    [InlineData(DeviceVariants.Sm80)]
    [InlineData(DeviceVariants.Sm89)]
    public void LongRows_AreQuantisedExactly(DeviceVariants variant) => new ProductCase(variant, 16, 11024, NumberFormat.E4M3, 2) { Decode = true }.WholeNumbers();

    [Theory]
    [InlineData(NumberFormat.F32, 64)]
    [InlineData(NumberFormat.BF16, 192)]
    [InlineData(NumberFormat.E4M3, 192)]
    [InlineData(NumberFormat.E4M3, 320)]
    public void LatentsAndRotatedKeys_GoToTheCache(NumberFormat cache, int latent)
    {
        const int Hidden = 64, Rope = 16, Query = 48, Tokens = 3, Position = 62, Rows = 64;
        var small = Specs.Small(Hidden, 64, NumberFormat.BF16).WithHeads(2, 32, Rope, latent, Query);
        var kernels = new SimulatedKernels(new(small with { Formats = small.Formats with { Cache = cache } }, DeviceVariants.Sm80), "LatentDownDecode");
        using var memory = new DeviceMemory();
        var (run, random) = (new DeviceRun(memory, 2), new Random(latent));
        var x = Vectors.Random(memory, random, Tokens * Hidden);
        var rope = Vectors.Random(memory, random, (Position + Tokens) * Rope);
        Matrix norm = new(memory, random, NumberFormat.BF16, 1, Hidden), query = new(memory, random, NumberFormat.BF16, Query, Hidden);
        Matrix down = new(memory, random, NumberFormat.BF16, latent + Rope, Hidden), latentNorm = new(memory, random, NumberFormat.BF16, 1, latent);
        // Two pages, and what a cache with scales has in each: codes, then bfloat16 rope keys, then scales.
        int rowBytes = FormatSpec.LatentRowBytes(latent, Rope), width = latent + Rope;
        var pages = memory.Allocate<byte>(2L * Rows * (cache == NumberFormat.E4M3 ? rowBytes : width * cache.Bytes()));
        object[] tables = cache switch { NumberFormat.F32 => [pages.Cast<float>()], NumberFormat.BF16 => [pages.Cast<ushort>()], _ => [pages, pages.Cast<ushort>(), pages.Cast<float>()] };
        var queryLatent = memory.Allocate<float>(Tokens * Query);
        kernels.Run("LatentDownDecode", run, [x, .. norm.Arguments, .. query.Arguments, .. down.Arguments, .. latentNorm.Arguments, rope, queryLatent, .. tables, Tokens, new StepNumber(Position)]);
        for (int t = 0; t < Tokens; t++)
        {
            int page = (Position + t) / Rows, row = (Position + t) % Rows;
            double[] raw = Plain.Linear(down.Values, Vectors.Prepared(Plain.RmsNorm(x.Row(t, Hidden), norm.Values, 1e-6), false, true));
            double[] expected = Plain.RmsNorm(raw[..latent], latentNorm.Values, 1e-6), turn = rope.Row(Position + t, Rope), key = new double[Rope];
            for (int i = 0; i < Rope; i += 2) (key[i], key[i + 1]) = ((raw[latent + i] * turn[i]) - (raw[latent + i + 1] * turn[i + 1]), (raw[latent + i] * turn[i + 1]) + (raw[latent + i + 1] * turn[i]));
            double[] got = Row(pages, cache, page, row, latent, Rope, rowBytes);
            double latents = Vectors.Error(expected, got[..latent]), keys = Vectors.Error(key, got[latent..]);
            Assert.True(latents < (cache == NumberFormat.E4M3 ? 2e-3 : 1e-5) && keys < 1e-5, $"token {t}: relative errors {latents} and {keys}");
        }
    }

    private static unsafe double[] Row(ArrayView<byte> pages, NumberFormat cache, int page, int row, int latent, int rope, int rowBytes)
    {
        const int Rows = 64;
        int width = latent + rope, blocks = FormatSpec.Blocks(latent);
        byte* start = pages.Start + ((long)page * Rows * (cache == NumberFormat.E4M3 ? rowBytes : width * cache.Bytes()));
        var scales = (float*)(start + (Rows * (latent + (2 * rope)))) + (row * blocks);
        return [.. Enumerable.Range(0, width).Select(i => cache switch
        {
            NumberFormat.F32 => ((float*)start)[(row * width) + i],
            NumberFormat.BF16 => BF16.Decode(((ushort*)start)[(row * width) + i]),
            _ => i < latent ? (double)E4M3.Decode(start[(row * latent) + i]) * scales[i / 128] : BF16.Decode(((ushort*)(start + (Rows * latent)))[(row * rope) + i - latent]),
        })];
    }
}
