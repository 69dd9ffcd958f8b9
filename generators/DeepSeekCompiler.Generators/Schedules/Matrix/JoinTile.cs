using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Schedules.Matrix;

/// <summary>How the parts of a context are joined: a group takes a strip of a head's answer, four numbers a lane, its warps part after part, and adds up what
/// the warps have.</summary>
/// <param name="Attention">The algorithm.</param>
internal sealed record JoinTile(AttentionDecode Attention) : AttentionWork(Attention)
{
    /// <summary>Warps of a group.</summary>
    public const int Warps = 8;

    /// <summary>Numbers of a strip.</summary>
    public const int Strip = 128;

    private AttentionShape Shape => Attention.Shape;

    public override int Threads => 32 * Warps;

    /// <summary>Strips of an answer.</summary>
    public int Strips => (Shape.ValueDim + Strip - 1) / Strip;

    public override Expr Items => Attention.Token.Extent * (Shape.Heads * Strips);

    /// <summary>Whether lanes exchange numbers, and answers are whole pieces of four.</summary>
    public static bool Fits(AttentionShape s, Machine target) => target.Matrix != MatrixUnit.None && s.ValueDim % 4 == 0;

    public override string ToString() => $"{Strip} numbers of an answer a group, {Warps} warps part after part";
}
