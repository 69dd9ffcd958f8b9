using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Gradient of a projection's weight, added up in float32: dW += dY^T X, for y = x W^T with W [rows, columns]. One worker owns a row of dW, and
/// tokens are summed in order: the same bits whoever computes.</summary>
internal static class WeightGradient
{
    /// <param name="name">A word.</param>
    /// <param name="rows">Rows of the weight: columns of dY.</param>
    /// <param name="columns">Columns of the weight and of X.</param>
    /// <param name="precision">What is multiplied.</param>
    public static OuterSum Define(string name, int rows, int columns, TrainingPrecision precision = TrainingPrecision.Float32)
    {
        var b = new KernelBuilder(name, "Gradient of a projection's weight: dw += dy^T x.");
        var tokens = b.Scalar("tokens");
        var dy = b.Input("dy", NumberFormat.F32, tokens, rows);
        var x = b.Input("x", NumberFormat.F32, tokens, columns);
        var dw = b.InOut("dw", NumberFormat.F32, rows, columns);
        Axis n = new("n", rows), k = new("k", columns), t = new("t", tokens);
        Operand left = Operand.Columns(b, precision, dy, tokens, rows), right = Operand.Columns(b, precision, x, tokens, columns);
        var panel = b.Temp("panel", t, k);
        var pack = b.Map("Pack", panel[t, k], right.At(t, k), t, k);
        var sum = b.Sum("Dot", dw[n, k], left.At(t, n) * panel[t, k], [n, k], [t], Operand.Scale(left, t, n, right, t, k), dw[n, k]);
        b.Cost.Work(2L * rows * columns * Amount.Tokens);
        b.Cost.Move(8L * rows * columns + 4L * (rows + columns) * Amount.Tokens);
        return new(b.Build(), [], n, true, k, t, pack, sum) { Operands = [left, right] };
    }

    /// <summary>The same for routed experts, over the slots of each; one of the two sides may lie by token.</summary>
    /// <param name="name">A word.</param>
    /// <param name="e">Experts.</param>
    /// <param name="rows">Rows of each weight.</param>
    /// <param name="columns">Columns of each weight.</param>
    /// <param name="outputByToken">dY lies by token (down projection); otherwise X does (gate and up).</param>
    /// <param name="precision">What is multiplied.</param>
    public static OuterSum Experts(string name, MixtureOfExpertsSpec e, int rows, int columns, bool outputByToken, TrainingPrecision precision = TrainingPrecision.Float32)
    {
        int experts = e.NRoutedExperts;
        var b = new KernelBuilder(name, "Gradient of the active experts' weights over their slots: dw += dy^T x.");
        var active = b.Scalar("active");
        var dy = b.Input("dy", NumberFormat.F32, 1, rows);
        var x = b.Input("x", NumberFormat.F32, 1, columns);
        var expert = b.Input("expert", NumberFormat.I32, active);
        var offset = b.Input("offset", NumberFormat.I32, active);
        var slotToken = b.Input("slotToken", NumberFormat.I32, 1);
        var dw = b.Table("dw", NumberFormat.F32, TensorRole.InOut, experts, rows, columns);
        var a = new Axis("a", active, null, experts);
        var slot = new Axis("slot", offset[a.Index + 1] - offset[a], offset[a], Limits.MaxChunk);
        Axis n = new("n", rows), k = new("k", columns);
        // How many slots there are is of interest only where rows are rounded.
        Expr slots = precision == TrainingPrecision.Float32 ? 1 : b.Scalar("tokens") * e.NumExpertsPerTok;
        Operand Side(Tensor tensor, int width, bool byToken) => Operand.Slots(b, precision, tensor, s => byToken ? slotToken[s] : s, slots, width, a, offset, experts);
        Operand left = Side(dy, rows, outputByToken), right = Side(x, columns, !outputByToken);
        var panel = b.Temp("panel", slot, k);
        var pack = b.Map("Pack", panel[slot, k], right.At(slot, k), a, slot, k);
        var sum = b.Sum("Dot", dw[expert[a], n, k], left.At(slot, n) * panel[slot, k], [a, n, k], [slot], Operand.Scale(left, slot, n, right, slot, k), dw[expert[a], n, k]);
        b.Cost.Work(2L * rows * columns * Amount.Of(Size.ListedSlots));
        b.Cost.Move(8L * rows * columns * Amount.Active + 4L * (rows + columns) * Amount.Of(Size.ListedSlots));
        return new(b.Build(), [a], n, true, k, slot, pack, sum) { Operands = [left, right] };
    }
}
