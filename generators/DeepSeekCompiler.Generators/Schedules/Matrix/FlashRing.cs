using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>Where queries, keys and values of prefill attention lie in shared memory when warpgroups multiply them: in boxes of 64 numbers, rows of 128 bytes.</summary>
internal static class FlashRing
{
    /// <summary>Queries of a group: two warpgroups of 64.</summary>
    public const int Queries = 128;

    /// <summary>Keys of a step.</summary>
    public const int Keys = 128;

    /// <summary>Steps in shared memory, of keys and of values: one is multiplied, the other is under way.</summary>
    public const int Stages = 2;

    /// <summary>Numbers of a box' row.</summary>
    public const int Numbers = 64;

    /// <summary>Bytes of a box of 64 queries.</summary>
    public const int QueryBox = 64 * WarpgroupTiles.RowBytes;

    /// <summary>Bytes of a box of a step's keys or values.</summary>
    public const int KeyBox = Keys * WarpgroupTiles.RowBytes;

    // What the instructions' texts are written for, DeepSeek-V3's heads among others: wider ones leave the sums of values no registers.
    private const int KeyDim = 192;
    private const int ValueDim = 128;

    // A warpgroup's queries are ready; its turn.
    private const int OwnBarriers = 2;

    /// <summary>Bytes of a warpgroup's queries.</summary>
    public static int QueryBytes(FlashTile tile) => tile.KeyDim / Numbers * QueryBox;

    /// <summary>Bytes of a step's keys.</summary>
    public static int KeyBytes(FlashTile tile) => tile.KeyDim / Numbers * KeyBox;

    /// <summary>Bytes of a step's values.</summary>
    public static int ValueBytes(FlashTile tile) => tile.ValueDim / Numbers * KeyBox;

    /// <summary>Where the ring of keys starts.</summary>
    public static int KeyStart(FlashTile tile) => 2 * QueryBytes(tile);

    /// <summary>Where the ring of values starts.</summary>
    public static int ValueStart(FlashTile tile) => KeyStart(tile) + Stages * KeyBytes(tile);

    /// <summary>Pairs of barriers of the stages of keys (full, free), then of values.</summary>
    public static int StageBarriers(FlashTile tile) => ValueStart(tile) + Stages * ValueBytes(tile);

    /// <summary>Barriers of the warpgroups: two for their queries, two for their turns.</summary>
    public static int GroupBarriers(FlashTile tile) => StageBarriers(tile) + 2 * Stages * WarpgroupTiles.BarrierBytes;

    public static int Bytes(FlashTile tile) => WarpgroupTiles.Alignment + GroupBarriers(tile) + 2 * OwnBarriers * WarpgroupTiles.BarrierBytes / 2;

    /// <summary>Whether heads have the widths that the instructions are written for, and parts of whole boxes.</summary>
    public static bool Fits(AttentionShape s, LatentAttentionSpec? latent) => latent is null
        ? s.KeyDim == KeyDim && s.ValueDim == ValueDim && (s.KeyAt + s.ValueAt + s.CacheRow) % 8 == 0
        : latent.QkHeadDim == KeyDim && latent.VHeadDim == ValueDim && latent.QkNopeHeadDim % Numbers == 0;
}
