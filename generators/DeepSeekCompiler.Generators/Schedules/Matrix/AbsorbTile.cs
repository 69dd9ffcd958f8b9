using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>How queries are absorbed on matrix instructions: a warp takes a strip of the latent's columns, eight 16-byte pieces wide, through all weight rows of a
/// head, so that its sums are whole. The columns are the rows of the instructions, eight tokens their columns.</summary>
/// <param name="Attention">The algorithm.</param>
internal sealed record AbsorbTile(AttentionDecode Attention) : AttentionWork(Attention)
{
    /// <summary>Weight rows that an instruction reduces over; four lanes have four of them each.</summary>
    public const int StepRows = 16;

    /// <summary>Tokens of an instruction.</summary>
    public const int Tokens = 8;

    // Strips side by side: enough reads under way for a multiprocessor with two groups.
    private const int Warps = 4;

    // Weight rows that are asked for before the first of them is multiplied.
    private const int TripRows = 64;

    private WeightTensor Weight => Attention.Weight!;

    public override int Threads => 32 * Warps;

    /// <summary>Columns of a 16-byte piece.</summary>
    public int PieceColumns => 16 / Weight.Format.Bytes();

    /// <summary>16-byte pieces of a weight row.</summary>
    public int Pieces => Weight.Columns / PieceColumns;

    /// <summary>Strips of a head.</summary>
    public int Strips => (Pieces + 7) / 8;

    /// <summary>Strips of all heads.</summary>
    public int AllStrips => Attention.Shape.Heads * Strips;

    /// <summary>Weight rows of a head that are summed over.</summary>
    public int Rows => Attention.Absorb!.Over[0].Max;

    /// <summary>Steps of a trip.</summary>
    public int Steps => System.Math.Min(TripRows, Rows + StepRows - 1) / StepRows;

    /// <summary>Weight rows of a trip.</summary>
    public int Trip => Steps * StepRows;

    public override Expr Items => Const.Int((AllStrips + Warps - 1) / Warps);

    /// <summary>Which of the products with weights matrix instructions take.</summary>
    public static (bool Absorbs, bool Expands) Fits(AttentionShape s, LatentAttentionSpec? latent, NumberFormat format, Machine target)
    {
        if (latent is null || target.Matrix == MatrixUnit.None || format is not (NumberFormat.BF16 or NumberFormat.E4M3) || latent.KvLoraRank * format.Bytes() % 16 != 0) return default;
        int rows = latent.QkNopeHeadDim + latent.VHeadDim;
        // Queries are read four numbers at a time, rounded ones written eight; the weight rows of a step have one scale.
        bool absorbs = (latent.QkHeadDim | latent.QkNopeHeadDim) % 4 == 0 && (s.Cache != NumberFormat.BF16 || s.KeyDim % 8 == 0) && (format != NumberFormat.E4M3 || (rows | latent.QkNopeHeadDim) % StepRows == 0);
        // The weight rows of an item are of one head; answers are joined four numbers at a time.
        return (absorbs, JoinTile.Fits(s, target) && latent.VHeadDim % 16 == 0);
    }

    public override string ToString() => $"{8 * PieceColumns} columns of the latent a warp, {Warps} warps a group, {Trip} weight rows under way at once";
}
