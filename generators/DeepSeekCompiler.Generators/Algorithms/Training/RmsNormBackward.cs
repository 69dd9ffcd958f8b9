using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>RMSNorm in training. With r = (mean(x^2) + eps)^-1/2 and y = x r g: dx = r (g dy - x r^2 mean(g dy x)), dg = sum_t dy x r.</summary>
internal static class RmsNormBackward
{
    /// <summary>The norm alone, of the first columns of wider rows.</summary>
    public static PointAlgorithm Forward(string name, int columns, int stride, double eps, int outStride = 0)
    {
        var b = new KernelBuilder(name, "RMSNorm" + (stride == columns ? "." : " of the front of every row."));
        var tokens = b.Scalar("tokens");
        var x = b.Input("x", NumberFormat.F32, tokens, stride);
        var weight = b.Input("norm", NumberFormat.F32, columns);
        var y = b.Output("y", NumberFormat.F32, tokens, outStride == 0 ? columns : outStride);
        var t = new Axis("t", tokens);
        RmsNorm.Add(b, "", x[t, new Axis("n", columns)], t, weight, eps, d => y[t, d]);
        b.Cost.Work(4L * columns * Amount.Tokens);
        b.Cost.Move(8L * columns * Amount.Tokens);
        return new(b.Build(), t);
    }

    /// <param name="name">A word.</param>
    /// <param name="columns">Width of the norm.</param>
    /// <param name="stride">Width of the rows of x and dx.</param>
    /// <param name="eps">Epsilon.</param>
    /// <param name="outStride">Width of the rows of dy where it is another; 0 for that of the norm.</param>
    /// <param name="add">Adds to what dx holds (the residual stream).</param>
    public static PointAlgorithm Input(string name, int columns, int stride, double eps, bool add, int outStride = 0)
    {
        var b = new KernelBuilder(name, "Gradient of an RMSNorm's input" + (add ? ", added to that of the residual stream" : "") + ": dx = r (g dy - x r^2 mean(g dy x)); r is kept for the weight's gradient.");
        var tokens = b.Scalar("tokens");
        var x = b.Input("x", NumberFormat.F32, tokens, stride);
        var weight = b.Input("norm", NumberFormat.F32, columns);
        var dy = b.Input("dy", NumberFormat.F32, tokens, outStride == 0 ? columns : outStride);
        var dx = b.InOut("dx", NumberFormat.F32, tokens, stride);
        var inverse = b.Output("inverse", NumberFormat.F32, tokens);
        var t = new Axis("t", tokens);
        Axis n = new("n", columns), m = new("m", columns), d = new("d", columns);
        var squares = b.Temp("squares", t);
        var along = b.Temp("along", t);
        b.Sum("Squares", squares[t], x[t, n] * x[t, n], [t], [n]);
        b.Sum("Along", along[t], dy[t, m] * weight[m] * x[t, m], [t], [m]);
        b.Map("Inverse", inverse[t], 1.0 / Expr.Sqrt(squares[t] / (double)columns + eps), t);
        b.Map("Share", along[t], along[t] * inverse[t] * inverse[t] / (double)columns, t);
        Expr value = inverse[t] * (dy[t, d] * weight[d] - x[t, d] * along[t]);
        b.Map("Store", dx[t, d], add ? dx[t, d] + value : value, t, d);
        b.Cost.Work(10L * columns * Amount.Tokens);
        b.Cost.Move(16L * columns * Amount.Tokens);
        return new(b.Build(), t);
    }

    /// <summary>dg[d] += sum_t dy[t, d] x[t, d] r[t]; a block of columns is a work item, tokens are summed in order.</summary>
    public static ColumnSums Weight(string name, int columns, int stride, int outStride = 0)
    {
        var b = new KernelBuilder(name, "Gradient of an RMSNorm's weight: dg += sum over tokens of dy x r.");
        var tokens = b.Scalar("tokens");
        var x = b.Input("x", NumberFormat.F32, tokens, stride);
        var dy = b.Input("dy", NumberFormat.F32, tokens, outStride == 0 ? columns : outStride);
        var inverse = b.Input("inverse", NumberFormat.F32, tokens);
        var dg = b.InOut("dg", NumberFormat.F32, columns);
        var (block, c, d) = ColumnSums.Blocks(columns);
        var t = new Axis("t", tokens);
        var sum = b.Sum("Sum", dg[d], dy[t, d] * (x[t, d] * inverse[t]), [block, c], [t], null, dg[d]);
        b.Cost.Work(3L * columns * Amount.Tokens);
        b.Cost.Move(8L * columns * Amount.Tokens);
        return new(b.Build(), block, c, t, sum);
    }
}
