using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>A product whose right factor lies along the result's columns: C[row, column] (+)= sum_r A(row, r) * B(r, column). Both gradients of a projection
/// are of this form: of its input (dX = dY W) and of its weight (dW += dY^T X).</summary>
/// <param name="kernel">The kernel.</param>
/// <param name="items">Axes of work items (blocks of tokens, experts), outermost first; empty when rows alone are.</param>
/// <param name="rows">Rows of the result.</param>
/// <param name="rowsAreItems">Panels of rows are work items too; otherwise a work item holds all of them.</param>
/// <param name="columns">Columns of the result, of a constant extent.</param>
/// <param name="over">What is summed.</param>
/// <param name="pack">A part of B, laid side by side.</param>
/// <param name="sum">The product.</param>
internal sealed class OuterSum(TensorKernel kernel, Axis[] items, Axis rows, bool rowsAreItems, Axis columns, Axis over, Map pack, Reduce sum)
{
    public TensorKernel Kernel { get; } = kernel;

    public Axis[] Items { get; } = items;

    public Axis Rows { get; } = rows;

    public bool RowsAreItems { get; } = rowsAreItems;

    public Axis Columns { get; } = columns;

    public Axis Over { get; } = over;

    public Map Pack { get; } = pack;

    public Reduce Sum { get; } = sum;

    /// <summary>Both factors.</summary>
    public Operand[] Operands { get; init; } = [];
}
