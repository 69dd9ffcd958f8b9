using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>A stored matrix as kernels see it: its codes, and its block scales where the format has them.</summary>
internal sealed class WeightTensor
{
    private WeightTensor(NumberFormat format, Tensor codes, Tensor? scales)
    {
        Format = format;
        Codes = codes;
        Scales = scales;
    }

    public NumberFormat Format { get; }

    public Tensor Codes { get; }

    public Tensor? Scales { get; }

    /// <summary>First extent of one matrix.</summary>
    public int Rows { get; private init; }

    /// <summary>Second extent of one matrix.</summary>
    public int Columns { get; private init; }

    /// <summary>Numbers of one matrix.</summary>
    public long Numbers => (long)Rows * Columns;

    /// <summary>Bytes of one matrix, scales included.</summary>
    public long Bytes { get; private init; }

    /// <summary>A matrix [rows, columns].</summary>
    public static WeightTensor Matrix(KernelBuilder b, string name, NumberFormat format, int rows, int columns) =>
        new WeightTensor(format, b.Input(name, format, rows, columns),
            format == NumberFormat.E4M3 ? b.Input(name + "Scale", NumberFormat.F32, FormatSpec.Blocks(rows), FormatSpec.Blocks(columns)) : null).Sized(rows, columns);

    /// <summary>One matrix [rows, columns] an expert.</summary>
    public static WeightTensor Experts(KernelBuilder b, string name, NumberFormat format, int experts, int rows, int columns) =>
        new WeightTensor(format, b.Table(name, format, TensorRole.Input, experts, rows, columns),
            format == NumberFormat.E4M3 ? b.Table(name + "Scale", NumberFormat.F32, TensorRole.Input, experts, FormatSpec.Blocks(rows), FormatSpec.Blocks(columns)) : null).Sized(rows, columns);

    /// <summary>Numbers that a kernel has made, [rows, columns] or one matrix an expert; what scale they have is the product's.</summary>
    public static WeightTensor Of(Tensor values) => new(NumberFormat.F32, values, null);

    /// <summary>A matrix that a kernel has decoded: numbers without scales, in the format that they were rounded to.</summary>
    public static WeightTensor Decoded(Tensor values, int rows, int columns) => new WeightTensor(values.Format, values, null).Sized(rows, columns);

    /// <summary>The stored number, before any scale.</summary>
    public Expr Code(Expr? expert, Expr row, Expr column) => expert is null ? Codes[row, column] : Codes[expert, row, column];

    /// <summary>The factor of a streamed product x * code: half of E4M3's 2^120 is in the block scale, half in the staged x (see
    /// <see cref="StagedFactor"/>), so that neither overflows. Null for formats without scales.</summary>
    public Expr? Scale(Expr? expert, Expr row, Expr column)
    {
        return BlockScale(expert, row, column) is { } scale ? scale * Dequantize.HalfBias : null;
    }

    /// <summary>The block scale itself; null for formats without.</summary>
    public Expr? BlockScale(Expr? expert, Expr row, Expr column)
    {
        if (Scales is null) return null;
        Expr r = row / FormatSpec.Block, c = column / FormatSpec.Block;
        return expert is null ? Scales[r, c] : Scales[expert, r, c];
    }

    /// <summary>What staged activations are multiplied with.</summary>
    public double StagedFactor => Scales is null ? 1 : Dequantize.HalfBias;

    /// <summary>The number itself: code times scale.</summary>
    public Expr Value(Expr? expert, Expr row, Expr column) =>
        Scale(expert, row, column) is { } scale ? Code(expert, row, column) * Dequantize.HalfBias * scale : Code(expert, row, column);

    private WeightTensor Sized(int rows, int columns)
    {
        long scales = Scales is null ? 0 : (long)FormatSpec.Blocks(rows) * FormatSpec.Blocks(columns);
        return new(Format, Codes, Scales) { Rows = rows, Columns = columns, Bytes = (long)rows * columns * Format.Bytes() + scales * NumberFormat.F32.Bytes() };
    }
}
