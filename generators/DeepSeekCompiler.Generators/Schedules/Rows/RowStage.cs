using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Schedules.Rows;

/// <summary>A stage as the threads of a row's group see it: axes are variables, and what earlier stages made are variables of their names.</summary>
/// <param name="Name">Of what it makes.</param>
/// <param name="Kind">What that is.</param>
/// <param name="Target">Where it belongs, should it be memory.</param>
/// <param name="Value">What is computed, or added up, or the largest magnitude of.</param>
/// <param name="Columns">Numbers of the row; 0 for a number of the row itself.</param>
internal sealed record RowStage(string Name, RowStageKind Kind, Read Target, Expr Value, int Columns)
{
    /// <summary>The row.</summary>
    public static readonly Var Item = new("row", ScalarKind.I32);

    /// <summary>A column.</summary>
    public Var Column => ColumnOf(Columns);

    /// <summary>A block of columns.</summary>
    public Var Block => BlockOf(Columns);

    public static Var ColumnOf(int columns) => new("column", ScalarKind.I32, columns);

    public static Var BlockOf(int columns) => new("block", ScalarKind.I32, FormatSpec.Blocks(columns));
}
