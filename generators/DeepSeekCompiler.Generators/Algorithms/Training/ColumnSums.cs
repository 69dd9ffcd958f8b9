using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>A kernel that walks all tokens in order for a block of columns, which one worker owns: sums over tokens that give the same bits whoever computes.</summary>
/// <param name="kernel">The kernel.</param>
/// <param name="block">Axis over blocks of columns.</param>
/// <param name="column">Axis within a block.</param>
/// <param name="token">Axis over tokens.</param>
/// <param name="stage">The one stage: a reduction over tokens, or a map that adds to rows which the tokens name.</param>
internal sealed class ColumnSums(TensorKernel kernel, Axis block, Axis column, Axis token, Stage stage)
{
    /// <summary>Columns of a work item; the same at every vector width.</summary>
    private const int Width = 64;

    public TensorKernel Kernel { get; } = kernel;

    public Axis Block { get; } = block;

    public Axis Column { get; } = column;

    public Axis Token { get; } = token;

    public Stage Stage { get; } = stage;

    /// <summary>Blocks of columns, columns of a block, and the column that both name.</summary>
    public static (Axis Block, Axis Column, Expr At) Blocks(int columns)
    {
        var block = new Axis("block", (columns + Width - 1) / Width);
        Expr extent = columns % Width == 0 ? Width : Expr.Min(Width, columns - block.Index * Width);
        var column = new Axis("c", extent, null, Width);
        return (block, column, block.Index * Width + column);
    }
}
