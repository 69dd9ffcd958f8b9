using DeepSeekCompiler.Generators.Expressions;

namespace DeepSeekCompiler.Generators.Loops;

/// <summary>Decodes a block of <paramref name="Rows"/> rows by <paramref name="Columns"/> neighbours and writes it across:
/// target[index + column * target stride + row] = source[index + row * source stride + column] * factor; or, with <see cref="Pairs"/>, in words of two whole
/// numbers, with column / 2 for column.</summary>
/// <param name="Target">Float32, or words.</param>
/// <param name="Index">Where its first number goes.</param>
/// <param name="TargetStride">Numbers from column to column.</param>
/// <param name="Source">Any format.</param>
/// <param name="SourceIndex">Its first number.</param>
/// <param name="Table">Which pointer of the table, for table buffers; else null.</param>
/// <param name="SourceStride">Numbers from row to row.</param>
/// <param name="Rows">Lanes of a vector.</param>
/// <param name="Columns">Numbers that the words of a vector hold.</param>
/// <param name="Factor">The same for the whole block, null for 1; with <see cref="Pairs"/> a vector of one a row.</param>
public sealed record Transpose(Buffer Target, Expr Index, int TargetStride, Buffer Source, Expr SourceIndex, Expr? Table, int SourceStride, int Rows, int Columns, Expr? Factor) : Stmt
{
    /// <summary>Neighbours of a row become a word (see <see cref="Expressions.Pair"/>).</summary>
    public bool Pairs { get; init; }
}
