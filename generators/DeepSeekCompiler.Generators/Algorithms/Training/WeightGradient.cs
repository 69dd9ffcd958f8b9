using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Gradient of a projection's weight, added up in float32: dW += dY^T X, for y = x W^T with W [rows, columns]. One worker owns a row of dW, and
/// tokens are summed in order: the same bits whoever computes.</summary>
internal static class WeightGradient
{
    public static OuterSum Define(string name, int rows, int columns)
    {
        var b = new KernelBuilder(name, "Gradient of a projection's weight: dw += dy^T x.");
        var tokens = b.Scalar("tokens");
        var dy = b.Input("dy", NumberFormat.F32, tokens, rows);
        var x = b.Input("x", NumberFormat.F32, tokens, columns);
        var dw = b.InOut("dw", NumberFormat.F32, rows, columns);
        Axis n = new("n", rows), k = new("k", columns), t = new("t", tokens);
        var panel = b.Temp("panel", t, k);
        var pack = b.Map("Pack", panel[t, k], x[t, k], t, k);
        var sum = b.Sum("Dot", dw[n, k], dy[t, n] * panel[t, k], [n, k], [t], null, dw[n, k]);
        b.Flops = Count.Flops(rows, columns);
        b.Bytes = Count.Bytes(2L * rows, columns, NumberFormat.F32);
        return new(b.Build(), [], n, true, k, t, pack, sum);
    }

    /// <summary>The same for routed experts, over the slots of each; one of the two sides may lie by token.</summary>
    /// <param name="name">A word.</param>
    /// <param name="experts">Routed experts.</param>
    /// <param name="rows">Rows of each weight.</param>
    /// <param name="columns">Columns of each weight.</param>
    /// <param name="outputByToken">dY lies by token (down projection); otherwise X does (gate and up).</param>
    public static OuterSum Experts(string name, int experts, int rows, int columns, bool outputByToken)
    {
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
        Expr token = slotToken[slot];
        var panel = b.Temp("panel", slot, k);
        var pack = b.Map("Pack", panel[slot, k], x[outputByToken ? slot : token, k], a, slot, k);
        var sum = b.Sum("Dot", dw[expert[a], n, k], dy[outputByToken ? token : slot, n] * panel[slot, k], [a, n, k], [slot], null, dw[expert[a], n, k]);
        b.Flops = Count.Number(2L * rows * columns) + " a slot";
        b.Bytes = Count.Number(8L * rows * columns) + " of gradients an active expert";
        return new(b.Build(), [a], n, true, k, slot, pack, sum);
    }
}
