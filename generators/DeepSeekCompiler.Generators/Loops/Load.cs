using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Reads a number, decoded to float32 (or an integer of an I32 buffer); with several lanes, that many numbers in a row.</summary>
/// <param name="Source">The buffer.</param>
/// <param name="Index">Element index of the (first) number.</param>
/// <param name="Table">Which pointer of the table, for table buffers; else null.</param>
/// <param name="Width">Lanes.</param>
/// <remarks>E4M3 codes decode to value * 2^-120, a shift of the exponent field: the exact factor is folded into the
/// block scale by the algorithms (see Algorithms/Dequantize.cs).</remarks>
public sealed record Load(Buffer Source, Expr Index, Expr? Table = null, int Width = 1) : Expr
{
    /// <summary>Which number of its 32-bit word this is, where lanes stride by words (see Schedules.Split.Lanes).</summary>
    public int Sub { get; init; }

    public override ScalarKind Kind => Source.Format == NumberFormat.I32 ? ScalarKind.I32 : ScalarKind.F32;

    public override int Lanes => Width;
}
