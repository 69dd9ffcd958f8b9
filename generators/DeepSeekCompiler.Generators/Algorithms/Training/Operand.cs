using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>A factor of a projection's product as the declared precision has it: the tensor itself, its numbers rounded to bfloat16, or E4M3 numbers with a float32 scale
/// a tile (DeepSeek-V3 report, section 3.3.2): 1x128 along the summed axis for activations and their gradients, 128x128 for weights.</summary>
/// <remarks>The numbers of both factors are multiplied exactly (two E4M3 or bfloat16 numbers have a product with no more than 16 bits) and summed in float32 over at most 128 of
/// the summed axis; that partial sum times the product of both scales is added to the float32 total in one fused multiply-add. The tensor cores of an H800 keep about 14 bits
/// while they sum the products of an instruction and promote every 128 (section 3.3.2 again): tiles, scales, rounding of the numbers and promotion are the same here, partial
/// sums are better. A tile of fewer than 128 (the end of a ragged axis) has a scale of its own.</remarks>
internal sealed class Operand
{
    private readonly Func<Expr, Expr, Expr> _value;
    private readonly Func<Expr, Expr, Expr>? _scale;

    private Operand(Tensor values, Func<Expr, Expr, Expr> value, Func<Expr, Expr, Expr>? scale = null) => (Values, _value, _scale) = (values, value, scale);

    /// <summary>What is multiplied.</summary>
    public Tensor Values { get; }

    /// <summary>What makes it; empty where the tensor itself is multiplied.</summary>
    public IReadOnlyList<Stage> Stages { get; private init; } = [];

    /// <summary>Axes over work items, outermost first.</summary>
    public Axis[] Items { get; private init; } = [];

    /// <summary>The axis over the tiles of a work item; null for one.</summary>
    public Axis? Tile { get; private init; }

    /// <summary>The axis over the rows of a tile; null for one.</summary>
    public Axis? Row { get; private init; }

    /// <summary>The columns of a tile; all columns where a tile is one wide.</summary>
    public Axis? Column { get; private init; }

    /// <summary>A tile is one column wide.</summary>
    public bool IsOneWide { get; private init; }

    /// <summary>The number in a row and column, without its scale.</summary>
    public Expr At(Expr row, Expr column) => _value(row, column);

    /// <summary>What a partial sum is multiplied with; null for 1.</summary>
    public static Expr? Scale(Operand left, Expr leftRow, Expr leftColumn, Operand right, Expr rightRow, Expr rightColumn) =>
        left._scale is null ? null : left._scale(leftRow, leftColumn) * right._scale!(rightRow, rightColumn);

    /// <summary>The tensor itself.</summary>
    public static Operand Plain(Tensor tensor) => new(tensor, (row, column) => tensor[row, column]);

    /// <summary>Rows of activations, summed along their columns: tiles of 1x128.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="precision">What becomes of them.</param>
    /// <param name="tensor">[rows, columns].</param>
    /// <param name="rows">How many.</param>
    /// <param name="columns">Width.</param>
    public static Operand Rows(KernelBuilder b, TrainingPrecision precision, Tensor tensor, Expr rows, int columns)
    {
        if (precision == TrainingPrecision.Float32) return Plain(tensor);
        Axis row = new("row", rows), tile = new("tile", FormatSpec.Blocks(columns)), column = Within("c", columns, tile);
        Expr at = Start(tile) + column;
        var values = b.Temp(Name(precision, tensor), rows, columns);
        var scales = precision == TrainingPrecision.Fp8 ? b.Temp(tensor.Name + "Scale", rows, FormatSpec.Blocks(columns)) : null;
        var stages = MakeStages(b, tensor.Name, tensor[row, at], values[row, at], scales?[row, tile], [row, tile], [column], []);
        return new(values, (r, c) => values[r, c], scales is null ? null : (r, c) => scales[r, c / FormatSpec.Block]) { Stages = stages, Items = [row], Tile = tile, Column = column };
    }

    /// <summary>A weight, summed along its rows or its columns: tiles of 128x128.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="precision">What becomes of it.</param>
    /// <param name="weight">[rows, columns].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public static Operand Weight(KernelBuilder b, TrainingPrecision precision, Tensor weight, int rows, int columns) =>
        precision == TrainingPrecision.Float32 ? Plain(weight) : Blocks(b, precision, weight, null, null, rows, columns);

    /// <summary>The same for the weights of the experts that are active.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="precision">What becomes of them.</param>
    /// <param name="weight">[experts, rows, columns], a table.</param>
    /// <param name="active">Axis over the active experts.</param>
    /// <param name="expert">Which expert stands at a place of it.</param>
    /// <param name="rows">Rows of each.</param>
    /// <param name="columns">Columns of each.</param>
    public static Operand Experts(KernelBuilder b, TrainingPrecision precision, Tensor weight, Axis active, Expr expert, int rows, int columns) =>
        precision == TrainingPrecision.Float32 ? new(weight, (row, column) => weight[expert, row, column]) : Blocks(b, precision, weight, active, expert, rows, columns);

    /// <summary>Activations summed along their rows (the weight gradient): tiles of 128x1.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="precision">What becomes of them.</param>
    /// <param name="tensor">[rows, columns].</param>
    /// <param name="rows">How many.</param>
    /// <param name="columns">Width.</param>
    public static Operand Columns(KernelBuilder b, TrainingPrecision precision, Tensor tensor, Expr rows, int columns)
    {
        if (precision == TrainingPrecision.Float32) return Plain(tensor);
        Expr tiles = (rows + (FormatSpec.Block - 1)) / FormatSpec.Block;
        Axis tile = new("tile", tiles), row = Within("r", rows, tile);
        return OneWide(b, precision, tensor, rows, columns, Start(tile) + row, r => r, tile, tiles, r => r / FormatSpec.Block, [tile], null, row);
    }

    /// <summary>The same over the slots of the active experts; a tile has slots of one expert, counted from its first.</summary>
    /// <param name="b">The kernel.</param>
    /// <param name="precision">What becomes of them.</param>
    /// <param name="tensor">[rows, columns].</param>
    /// <param name="source">The row of a slot.</param>
    /// <param name="slots">All slots.</param>
    /// <param name="columns">Width.</param>
    /// <param name="active">Axis over the active experts.</param>
    /// <param name="first">Their first slots, and where the last one ends.</param>
    /// <param name="experts">Routed experts.</param>
    public static Operand Slots(KernelBuilder b, TrainingPrecision precision, Tensor tensor, Func<Expr, Expr> source, Expr slots, int columns, Axis active, Tensor first, int experts)
    {
        if (precision == TrainingPrecision.Float32) return new(tensor, (slot, column) => tensor[source(slot), column]);
        const int block = FormatSpec.Block;
        Expr begin = first[active], count = first[active.Index + 1] - begin;
        // Experts' tiles lie one behind the other: no expert has more than the slots in front of the next one's first leave room for.
        Expr home = begin / block + active;
        Axis tile = new("tile", (count + (block - 1)) / block), row = Within("r", count, tile);
        return OneWide(b, precision, tensor, slots, columns, begin + Start(tile) + row, source, home + tile, slots / block + experts, slot => home + (slot - begin) / block, [active], tile, row);
    }

    private static Operand OneWide(KernelBuilder b, TrainingPrecision precision, Tensor tensor, Expr rows, int columns, Expr at, Func<Expr, Expr> source, Expr place, Expr tiles, Func<Expr, Expr> tileOf,
        Axis[] items, Axis? tile, Axis row)
    {
        var column = new Axis("c", columns);
        var values = b.Temp(Name(precision, tensor), rows, columns);
        var scales = precision == TrainingPrecision.Fp8 ? b.Temp(tensor.Name + "Scale", tiles, columns) : null;
        Axis[] outer = tile is null ? items : [.. items, tile];
        var stages = MakeStages(b, tensor.Name, tensor[source(at), column], values[at, column], scales?[place, column], outer, [row], [column]);
        return new(values, (r, c) => values[r, c], scales is null ? null : (r, c) => scales[tileOf(r), c])
        {
            Stages = stages, Items = items, Tile = tile, Row = row, Column = column, IsOneWide = true,
        };
    }

    private static Operand Blocks(KernelBuilder b, TrainingPrecision precision, Tensor weight, Axis? active, Expr? expert, int rows, int columns)
    {
        Axis high = new("high", FormatSpec.Blocks(rows)), wide = new("wide", FormatSpec.Blocks(columns)), row = Within("r", rows, high), column = Within("c", columns, wide);
        Expr n = Start(high) + row, k = Start(wide) + column;
        Dim[] Dims(int r, int c) => active is null ? [r, c] : [active.Extent, r, c];
        Expr[] Index(Expr r, Expr c) => active is null ? [r, c] : [active, r, c];
        var values = b.Temp(Name(precision, weight), Dims(rows, columns));
        var scales = precision == TrainingPrecision.Fp8 ? b.Temp(weight.Name + "Scale", Dims(FormatSpec.Blocks(rows), FormatSpec.Blocks(columns))) : null;
        Axis[] items = active is null ? [high, wide] : [active, high, wide];
        var stages = MakeStages(b, weight.Name, expert is null ? weight[n, k] : weight[expert, n, k], values[Index(n, k)], scales?[Index(high, wide)], items, [row, column], []);
        return new(values, (r, c) => values[Index(r, c)], scales is null ? null : (r, c) => scales[Index(r / FormatSpec.Block, c / FormatSpec.Block)])
        {
            Stages = stages, Items = items, Row = row, Column = column,
        };
    }

    // A tile's largest magnitude and scale, where it has one, and its numbers.
    private static Stage[] MakeStages(KernelBuilder b, string name, Read source, Read target, Read? scale, Axis[] tiles, Axis[] within, Axis[] columns)
    {
        string word = char.ToUpperInvariant(name[0]) + name.Substring(1);
        Axis[] scaled = [.. tiles, .. columns], all = [.. tiles, .. within, .. columns];
        if (scale is null) return [b.Map("Round" + word, target, new Unary(UnaryOp.RoundBF16, source), all)];
        var most = b.Temp(name + "Most", Array.ConvertAll(scaled, a => (Dim)a));
        var largest = most[Array.ConvertAll(scaled, a => (Expr)a)];
        return
        [
            b.Max("Most" + word, largest, new Unary(UnaryOp.Abs, source), scaled, within),
            b.Map("Scale" + word, scale, ScaledTile.Scale(largest), scaled),
            b.Map("Quantize" + word, target, ScaledTile.Round(source / scale), all),
        ];
    }

    private static string Name(TrainingPrecision precision, Tensor tensor) => tensor.Name + (precision == TrainingPrecision.Fp8 ? "E4M3" : "BF16");

    private static Expr Start(Axis tile) => tile.Index * FormatSpec.Block;

    // The last tile has what is left.
    private static Axis Within(string name, Expr extent, Axis tile) =>
        new(name, extent is Const { Value: var all } && all % FormatSpec.Block == 0 ? FormatSpec.Block : Expr.Min(FormatSpec.Block, extent - Start(tile)), null, FormatSpec.Block);
}
