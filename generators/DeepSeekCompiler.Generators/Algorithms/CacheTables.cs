using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>The cache as kernels see it, [page, row of the page, number].</summary>
/// <remarks>Float32 and bfloat16 rows are numbers side by side. Of E4M3 rows only the latent is E4M3, with a float32 scale for every 128 numbers (1x128, DeepSeek-V3 report,
/// section 3.3.2); the rope key, whose errors scores feel most, stays bfloat16. A page then holds three planes behind each other: codes, rope keys, scales.
/// I16 rows are whole numbers (<see cref="FixedPoint"/>), two to a word, with two scales, the latent's and the rope key's: a plane of words [row, word], and one of scales. A word
/// of the latent holds the numbers c and c + half of the latent, one of the rope key likewise, so that vectors of words are made of neighbours and fall into them.</remarks>
internal sealed class CacheTables
{
    private readonly int _latent;

    private CacheTables(Tensor pages, int latent) => (Pages, _latent) = (pages, latent);

    /// <summary>Codes of the latent where it has scales by tiles; words of whole numbers; else all numbers.</summary>
    public Tensor Pages { get; }

    /// <summary>Rope keys where there are scales; else null.</summary>
    public Tensor? RopePages { get; private init; }

    /// <summary>Scales of the latent, [page, row, tile of 128], or of latent and rope key, [page, row, 2]; null for formats without.</summary>
    public Tensor? ScalePages { get; private init; }

    /// <summary>Whether rows are whole numbers.</summary>
    public bool IsFixed => Pages.Format == NumberFormat.I32;

    /// <summary>The cache that attention of a shape reads.</summary>
    public static CacheTables Of(KernelBuilder b, AttentionShape s) =>
        s.Cache is NumberFormat.E4M3 or NumberFormat.I16 ? Of(b, s.Cache, TensorRole.Input, s.ValueDim, s.KeyDim - s.ValueDim) : new(b.Table("pages", s.Cache, TensorRole.Input, 1, Limits.PageTokens, s.CacheRow), s.ValueDim);

    /// <summary>The cache of latents and rope keys.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="format">Of the cache.</param>
    /// <param name="role">Whether the kernel reads or writes it.</param>
    /// <param name="latent">Numbers of a latent.</param>
    /// <param name="rope">Numbers of a rope key.</param>
    public static CacheTables Of(KernelBuilder b, NumberFormat format, TensorRole role, int latent, int rope)
    {
        const int tokens = Limits.PageTokens;
        if (format == NumberFormat.I16)
        {
            int bytes = FormatSpec.FixedRowBytes(latent, rope);
            return new(Plane(b, "pages", NumberFormat.I32, role, (latent + rope) / 2, 0, bytes), latent) { ScalePages = Plane(b, "pagesScale", NumberFormat.F32, role, 2, tokens * 2 * (latent + rope), bytes) };
        }

        if (format != NumberFormat.E4M3) return new(b.Table("pages", format, role, 1, tokens, latent + rope), latent);
        int row = FormatSpec.LatentRowBytes(latent, rope), tiles = FormatSpec.Blocks(latent);
        return new(Plane(b, "pages", NumberFormat.E4M3, role, latent, 0, row), latent)
        {
            RopePages = Plane(b, "ropePages", NumberFormat.BF16, role, rope, tokens * latent, row),
            ScalePages = Plane(b, "pagesScale", NumberFormat.F32, role, tiles, tokens * (latent + rope * 2), row),
        };
    }

    /// <summary>A number of the latent, or of any part of a row that has no scales.</summary>
    public Expr Number(Expr page, Expr row, Expr column) => ScalePages is null ? Pages[page, row, column]
        : Pages[page, row, column] * Dequantize.HalfBias * (ScalePages[page, row, column / FormatSpec.Block] * Dequantize.HalfBias);

    /// <summary>Where a number of the rope key stands.</summary>
    public Read Rope(Expr page, Expr row, Expr number) => RopePages is null ? Pages[page, row, _latent + number] : RopePages[page, row, number];

    private static Tensor Plane(KernelBuilder b, string name, NumberFormat format, TensorRole role, int columns, int byteOffset, int rowBytes) =>
        b.Plane(name, format, role, byteOffset / format.Bytes(), Limits.PageTokens * rowBytes / format.Bytes(), 1, Limits.PageTokens, columns);
}
