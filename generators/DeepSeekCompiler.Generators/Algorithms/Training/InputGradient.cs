using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Gradient of a projection's input: dX = dY W, for y = x W^T with W [rows, columns].</summary>
internal static class InputGradient
{
    /// <summary>Tokens of a work item: a part of W is packed once for all of them.</summary>
    private const int Block = 48;

    /// <param name="name">A word.</param>
    /// <param name="rows">Rows of the weight: columns of dY.</param>
    /// <param name="columns">Columns of the weight and of dX.</param>
    /// <param name="add">Adds to what dX holds: x went into another projection too.</param>
    /// <param name="precision">What is multiplied.</param>
    public static OuterSum Define(string name, int rows, int columns, bool add, TrainingPrecision precision = TrainingPrecision.Float32)
    {
        var b = new KernelBuilder(name, "Gradient of a projection's input: dx = dy W" + (add ? ", added to what dx holds." : "."));
        var tokens = b.Scalar("tokens");
        var dy = b.Input("dy", NumberFormat.F32, tokens, rows);
        var weight = b.Input("weight", NumberFormat.F32, rows, columns);
        var dx = b.InOut("dx", NumberFormat.F32, tokens, columns);
        var block = new Axis("block", (tokens + (Block - 1)) / Block);
        var i = new Axis("i", Expr.Min(Block, tokens - block.Index * Block), null, Block);
        Axis k = new("k", columns), n = new("n", rows);
        Expr t = block.Index * Block + i;
        Operand left = Operand.Rows(b, precision, dy, tokens, rows), right = Operand.Weight(b, precision, weight, rows, columns);
        var panel = b.Temp("panel", n, k);
        var pack = b.Map("Pack", panel[n, k], right.At(n, k), block, n, k);
        var sum = b.Sum("Dot", dx[t, k], left.At(t, n) * panel[n, k], [block, i, k], [n], Operand.Scale(left, t, n, right, n, k), add ? dx[t, k] : null);
        b.Cost.Work(2L * rows * columns * Amount.Tokens);
        b.Cost.Move(4L * rows * columns + 4L * (rows + columns) * Amount.Tokens);
        return new(b.Build(), [block], i, false, k, n, pack, sum) { Operands = [left, right] };
    }

    /// <summary>The same for routed experts: dX[slot] = dY[row of the slot] W_e, slots grouped by expert.</summary>
    /// <param name="name">A word.</param>
    /// <param name="e">Experts.</param>
    /// <param name="rows">Rows of each weight.</param>
    /// <param name="columns">Columns of each weight.</param>
    /// <param name="gathered">dY lies by token: the slot's token says which row.</param>
    /// <param name="add">Adds to what dX holds.</param>
    /// <param name="precision">What is multiplied.</param>
    public static OuterSum Experts(string name, MixtureOfExpertsSpec e, int rows, int columns, bool gathered, bool add, TrainingPrecision precision = TrainingPrecision.Float32)
    {
        int experts = e.NRoutedExperts;
        var b = new KernelBuilder(name, "Gradient of the experts' input, slots grouped by expert: dx = dy W of the expert" + (add ? ", added to what dx holds." : "."));
        var active = b.Scalar("active");
        var dy = b.Input("dy", NumberFormat.F32, 1, rows);
        var expert = b.Input("expert", NumberFormat.I32, active);
        var offset = b.Input("offset", NumberFormat.I32, active);
        var slotToken = gathered ? b.Input("slotToken", NumberFormat.I32, 1) : null;
        var weight = b.Table("weight", NumberFormat.F32, TensorRole.Input, experts, rows, columns);
        var dx = b.InOut("dx", NumberFormat.F32, 1, columns);
        var a = new Axis("a", active, null, experts);
        var slot = new Axis("slot", offset[a.Index + 1] - offset[a], offset[a], Limits.MaxChunk);
        Axis k = new("k", columns), n = new("n", rows);
        Expr row = slotToken is null ? slot : slotToken[slot];
        // How many rows there are is of interest only where they are rounded.
        Expr count = precision == TrainingPrecision.Float32 ? 1 : gathered ? b.Scalar("tokens") : b.Scalar("tokens") * e.NumExpertsPerTok;
        Operand left = Operand.Rows(b, precision, dy, count, rows), right = Operand.Experts(b, precision, weight, a, expert[a], rows, columns);
        var panel = b.Temp("panel", n, k);
        var pack = b.Map("Pack", panel[n, k], right.At(n, k), a, n, k);
        var sum = b.Sum("Dot", dx[slot, k], left.At(row, n) * panel[n, k], [a, slot, k], [n], Operand.Scale(left, row, n, right, n, k), add ? dx[slot, k] : null);
        b.Cost.Work(2L * rows * columns * Amount.Of(Size.ListedSlots));
        b.Cost.Move(4L * rows * columns * Amount.Active + 4L * (rows + columns) * Amount.Of(Size.ListedSlots));
        return new(b.Build(), [a], slot, false, k, n, pack, sum) { Operands = [left, right] };
    }
}
