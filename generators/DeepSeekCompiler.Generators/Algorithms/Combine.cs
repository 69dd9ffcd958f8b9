using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>x[t] += sum_j weight[t, j] * y[slot[t, j]]: the experts' answers, weighted, onto the residual stream; or without weights, gradients of their inputs.</summary>
internal static class Combine
{
    public static (TensorKernel Kernel, Axis Token, Axis Column, Axis Choice, Reduce Sum, Map Store) Define(string name, int hidden, int k, bool weighted = true)
    {
        var b = new KernelBuilder(name, weighted ? "Combine: adds the weighted answers of a token's experts to the residual stream." : "Adds up the rows of a token's slots.");
        var tokens = b.Scalar("tokens");
        var y = b.Input("y", NumberFormat.F32, 1, hidden);
        var slot = b.Input("slot", NumberFormat.I32, tokens, k);
        var weight = weighted ? b.Input("weight", NumberFormat.F32, tokens, k) : null;
        var x = b.InOut("x", NumberFormat.F32, tokens, hidden);
        var t = new Axis("t", tokens, null, Limits.MaxDeviceChunk);
        var d = new Axis("d", hidden);
        var j = new Axis("j", k);
        var sum = b.Temp("sum_", t, d);
        var add = b.Sum("Sum", sum[t, d], weight is null ? y[slot[t, j], d] : weight[t, j] * y[slot[t, j], d], [t, d], [j]);
        var store = b.Map("Store", x[t, d], x[t, d] + sum[t, d], t, d);
        b.Cost.Work(2L * k * hidden * Amount.Tokens);
        b.Cost.Move(4L * ((k + 2) * hidden + 2 * k) * Amount.Tokens);
        return (b.Build(), t, d, j, add, store);
    }
}
