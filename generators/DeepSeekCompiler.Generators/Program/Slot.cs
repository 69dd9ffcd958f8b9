using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>A line of the weight manifest.</summary>
/// <param name="Constant">Name of the generated constant: its place in a block.</param>
/// <param name="Tensor">Hugging Face name behind the block's prefix; <c>{e}</c> stands for the expert.</param>
/// <param name="Format">Storage format.</param>
/// <param name="Rows">First extent; 1 for a vector.</param>
/// <param name="Columns">Second extent.</param>
/// <param name="IsVector">Stored as [columns].</param>
/// <param name="Count">How many: the routed experts, else 1.</param>
/// <param name="Active">How many of them one token multiplies; 0 for a table that is looked up.</param>
public sealed record Slot(string Constant, string Tensor, NumberFormat Format, int Rows, int Columns, bool IsVector, int Count, int Active)
{
    public static Slot Matrix(string constant, string tensor, NumberFormat format, int rows, int columns) => new(constant, tensor, format, rows, columns, false, 1, 1);

    public static Slot Vector(string constant, string tensor, NumberFormat format, int columns) => new(constant, tensor, format, 1, columns, true, 1, 1);
}
