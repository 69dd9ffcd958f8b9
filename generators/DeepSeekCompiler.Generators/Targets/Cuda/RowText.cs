using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules.Rows;

namespace DeepSeekCompiler.Generators.Targets.Cuda;

/// <summary>Names in the text of a row's kernel.</summary>
internal static class RowText
{
    /// <summary>The piece that a thread has in a step.</summary>
    public static Var Place(int step) => new("piece" + N(step), ScalarKind.I32);

    /// <summary>Whether there is one.</summary>
    public static string Inside(int columns, int step) => $"piece{N(step)} < {N(columns / RowTile.Piece(columns))}";

    public static string N(long value) => MatrixText.Number(value);
}
