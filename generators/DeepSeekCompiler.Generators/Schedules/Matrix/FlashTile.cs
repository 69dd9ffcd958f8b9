using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>How prefill attention runs on matrix instructions: a group takes a block of queries of a head, sixteen a warp, through the keys and values, some at a
/// time, which it has copied to shared memory once for all its warps.</summary>
/// <param name="KeyDim">Numbers of a key.</param>
/// <param name="ValueDim">Numbers of a value.</param>
/// <param name="Queries">Queries of a group.</param>
/// <param name="Keys">Keys of a step.</param>
/// <param name="Near">Queries are in registers; else they wait in shared memory, fragment by fragment.</param>
internal sealed record FlashTile(int KeyDim, int ValueDim, int Queries, int Keys, bool Near)
{
    /// <summary>Steps in shared memory, one of them multiplied, the other under way.</summary>
    public const int Stages = 2;

    // What sm_86 and sm_89 let a group have.
    private const int SharedBytes = 99 * 1024;

    // Sums, scores and queries of a thread, in registers; half as many again are left for what is between them.
    private const int Held = 152;

    // Groups of the longest chunk, at least: fewer leave multiprocessors idle.
    private const int Groups = 128;

    /// <summary>By the instructions of a warpgroup, out of boxes that the copy engine brings; else by those of a warp.</summary>
    public bool Warpgroups { get; init; }

    /// <summary>Warps that have queries.</summary>
    public int Warps => Queries / 16;

    /// <summary>A warpgroup more has boxes copied.</summary>
    public int Threads => 32 * Warps + (Warpgroups ? 128 : 0);

    /// <summary>16-byte pieces of a key.</summary>
    public int KeyPieces => KeyDim / 8;

    /// <summary>16-byte pieces of a value, each the width of an instruction.</summary>
    public int ValuePieces => ValueDim / 8;

    /// <summary>Pieces from a key in shared memory to the next: an odd number, so that the eight rows of a fragment lie in different banks.</summary>
    public int KeyStride => KeyPieces | 1;

    public int ValueStride => ValuePieces | 1;

    /// <summary>Where the values of a step start.</summary>
    public int ValueStart => Keys * KeyStride;

    public int StagePieces => Keys * (KeyStride + ValueStride);

    /// <summary>Instructions along a key: sixteen numbers each.</summary>
    public int KeySteps => (KeyPieces + 1) / 2;

    public int DynamicBytes => Warpgroups ? FlashRing.Bytes(this) : 16 * (Stages * StagePieces + (Near ? 0 : Threads * KeySteps));

    private int Registers => 4 * ValuePieces + Keys / 2 + (Near ? 4 * KeySteps : 4);

    /// <summary>The tile; null where <see cref="Refusal"/> says why.</summary>
    public static FlashTile? Of(AttentionShape s, LatentAttentionSpec? latent, Machine target)
    {
        if (target.Matrix == MatrixUnit.None || s.Cache != NumberFormat.BF16 || !IsWhole(s, latent)) return null;
        int keyDim = latent?.QkHeadDim ?? s.KeyDim, valueDim = latent?.VHeadDim ?? s.ValueDim;
        if (target.Matrix >= MatrixUnit.Warpgroup && FlashRing.Fits(s, latent) && target.Choice.Queries is null or FlashRing.Queries && target.Choice.Keys is null or FlashRing.Keys)
            return new FlashTile(keyDim, valueDim, FlashRing.Queries, FlashRing.Keys, false) { Warpgroups = true };
        // More queries read keys less often, more keys wait less often, and registers are nearer than shared memory.
        foreach (int queries in s.Heads * (Limits.MaxChunk / 128) >= Groups || target.Choice.Queries is not null ? new[] { 128, 64 } : [64])
        {
            if (target.Choice.Queries is { } wanted && wanted != queries) continue;
            foreach (int keys in new[] { 64, 32 })
            {
                if (target.Choice.Keys is { } chosen && chosen != keys) continue;
                foreach (bool near in new[] { true, false })
                {
                    var tile = new FlashTile(keyDim, valueDim, queries, keys, near);
                    if (tile.Registers <= Held && tile.DynamicBytes <= SharedBytes) return tile;
                }
            }
        }

        return null;
    }

    /// <summary>Why there is no tile on a device with matrix instructions.</summary>
    public static string Refusal(AttentionShape s, LatentAttentionSpec? latent) =>
        s.Cache != NumberFormat.BF16 ? "matrix instructions need a bfloat16 cache"
        : !IsWhole(s, latent) ? "matrix instructions need head widths and latent ranks that are multiples of 8"
        : Of(s, latent, new Machine(32, 32, true) { Matrix = MatrixUnit.Bfloat16 }) is null ? "heads are too wide for the registers that matrix instructions work on"
        : "matrix instructions need an up projection in bfloat16 or E4M3, in rows of whole 16 bytes";

    // Rows and parts of rows are copied in pieces of 16 bytes.
    private static bool IsWhole(AttentionShape s, LatentAttentionSpec? latent) => latent is null
        ? s.CacheRow % 8 + s.KeyAt % 8 + s.KeyDim % 8 + s.ValueAt % 8 + s.ValueDim % 8 == 0
        : latent.QkNopeHeadDim > 0 && latent.KvLoraRank % 8 + latent.QkNopeHeadDim % 8 + latent.QkRopeHeadDim % 8 + latent.VHeadDim % 8 == 0;

    public override string ToString() => Warpgroups
        ? $"{Queries} queries of a head by {Keys} keys a step, two warpgroups of 64 queries that take turns, keys and values in a ring of {FlashRing.Stages} steps each; {DynamicBytes} bytes of shared memory"
        : $"{Queries} queries of a head by {Keys} keys a step, {Warps} warps of 16 queries, queries in {(Near ? "registers" : "shared memory")}, {Stages} steps in a ring; {DynamicBytes} bytes of shared memory";
}
