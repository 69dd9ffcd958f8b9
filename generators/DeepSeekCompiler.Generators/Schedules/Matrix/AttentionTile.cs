using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>How the parts of decode attention run on matrix instructions: a group takes some heads through a part of the context, a block of keys at a
/// time. Its warps share the numbers of a score, meet for the softmax, and share the numbers of a value.</summary>
/// <param name="Attention">The algorithm.</param>
/// <param name="HeadTiles">Sixteens of heads of a group.</param>
/// <param name="Keys">Keys of a block, sixteen or a multiple of 32: the more, the less often warps meet.</param>
/// <param name="Stages">Blocks in shared memory, one of them multiplied, the others under way.</param>
internal sealed record AttentionTile(AttentionDecode Attention, int HeadTiles, int Keys, int Stages) : AttentionWork(Attention)
{
    /// <summary>Keys of an instruction: what it reduces over when it weighs values.</summary>
    public const int StepKeys = 16;

    /// <summary>Warps of a group.</summary>
    public const int Warps = 8;

    /// <summary>Numbers from a head's scores to the next one's: keys, and as many more that lanes meet in different banks.</summary>
    public int ScoreStride => Keys + 4;

    /// <summary>Pieces from a head's weights to the next one's: an odd number, so that rows of a fragment lie in different banks.</summary>
    public int WeightStride => Keys / 8 + 1;

    // What sm_86 and sm_89 let a group have, and sm_90.
    private const int SharedBytes = 99 * 1024;
    private const int WideSharedBytes = 227 * 1024;

    // Query fragments and sums of a thread; as many registers again are left for what is between them.
    private const int Held = 128;

    private AttentionShape Shape => Attention.Shape;

    public override int Threads => 32 * Warps;

    public override Expr Items => Attention.Token.Extent * (Shape.Groups * Tiles) * Attention.Parts.Part.Extent;

    /// <summary>Heads of a group.</summary>
    public int Heads => 16 * HeadTiles;

    /// <summary>Groups' tiles of the heads that share a key.</summary>
    public int Tiles => (Shape.HeadsPerGroup + Heads - 1) / Heads;

    /// <summary>16-byte pieces of a key.</summary>
    public int KeyPieces => Shape.KeyDim / 8;

    public int ValuePieces => Shape.ValueDim / 8;

    /// <summary>Whether a value is a part of its key, as of latent attention.</summary>
    public bool ValuesInKeys => Shape.Groups == 1 && Shape.ValueAt >= Shape.KeyAt && Shape.ValueAt + Shape.ValueDim <= Shape.KeyAt + Shape.KeyDim;

    /// <summary>Where the value starts in a row of shared memory.</summary>
    public int ValueStart => ValuesInKeys ? (Shape.ValueAt - Shape.KeyAt) / 8 : KeyPieces;

    /// <summary>Pieces that are copied of a cache row.</summary>
    public int CopiedPieces => ValuesInKeys ? KeyPieces : KeyPieces + ValuePieces;

    /// <summary>Pieces from a row in shared memory to the next: an odd number, so that the eight rows of a fragment lie in different banks.</summary>
    public int RowPieces => CopiedPieces | 1;

    public int StagePieces => Keys * RowPieces;

    /// <summary>Instructions along a key that a warp does: sixteen numbers each.</summary>
    public int KeySteps => (Shape.KeyDim + 16 * Warps - 1) / (16 * Warps);

    /// <summary>Pairs of instructions along a value that a warp does: eight numbers each.</summary>
    public int ValuePairs => (Shape.ValueDim + 16 * Warps - 1) / (16 * Warps);

    /// <summary>Whether every warp's numbers of a value are numbers that it has.</summary>
    public bool WholeValues => ValuePairs * 16 * Warps == Shape.ValueDim;

    /// <summary>Pieces of the warps' parts of the scores, behind the stages.</summary>
    public int ScorePieces => Warps * Heads * ScoreStride / 4;

    public override int DynamicBytes => 16 * (Stages * StagePieces + ScorePieces + Heads * WeightStride) + 4 * Heads;

    /// <summary>The tile; null where the cache is not of bfloat16 numbers in whole pieces, or rows are too long.</summary>
    public static AttentionTile? Of(AttentionDecode a, Machine target)
    {
        var s = a.Shape;
        if (target.Matrix == MatrixUnit.None || s.Cache != NumberFormat.BF16) return null;
        if (s.CacheRow % 8 + s.KeyAt % 8 + s.KeyDim % 8 + s.ValueAt % 8 + s.ValueDim % 8 != 0) return null;
        for (int tiles = s.HeadsPerGroup > 16 ? 2 : 1; tiles > 0; tiles--)
        {
            if (target.Choice.Heads is { } heads && heads != 16 * tiles) continue;
            // Three stages keep two under way; one of many keys is as much.
            foreach (var (keys, stages) in new[] { (64, 2), (32, 3), (16, 3), (16, 2) })
            {
                if (target.Choice.Stages is { } chosen && chosen != stages) continue;
                bool wide = target.Matrix >= MatrixUnit.Warpgroup;
                var tile = new AttentionTile(a, tiles, keys, stages);
                if ((wide || keys == StepKeys) && 4 * tiles * (tile.KeySteps + 2 * tile.ValuePairs) <= Held && tile.DynamicBytes <= (wide ? WideSharedBytes : SharedBytes)) return tile;
            }
        }

        return null;
    }

    public override string ToString() =>
        $"{Heads} heads by {Keys} keys a step, {Warps} warps along the numbers of keys and values, {Stages} steps in a ring; {DynamicBytes} bytes of shared memory";
}
