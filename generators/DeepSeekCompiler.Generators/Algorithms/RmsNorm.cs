using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>y = x * (mean(x^2) + eps)^-1/2 * g (Zhang and Sennrich 2019), where more than one product reads the result.</summary>
internal static class RmsNorm
{
    public static PointAlgorithm Define(string name, string summary, int columns, NumberFormat format, double eps)
    {
        var b = new KernelBuilder(name, summary);
        var tokens = b.Scalar("tokens");
        var x = b.Input("x", NumberFormat.F32, tokens, columns);
        var weight = b.Input("norm", format, columns);
        var y = b.Output("y", NumberFormat.F32, tokens, columns);
        var t = new Axis("t", tokens, null, Limits.MaxDeviceChunk);
        Add(b, "", x[t, new Axis("n", columns)], t, weight, eps, d => y[t, d]);
        b.Cost.Norm(columns, format, Amount.Tokens);
        b.Cost.Move(8L * columns * Amount.Tokens);
        return new(b.Build(), t);
    }

    /// <summary>Adds the stages of one norm; <paramref name="source"/> is read along its last axis.</summary>
    public static void Add(KernelBuilder b, string suffix, Read source, Axis t, Tensor weight, double eps, System.Func<Axis, Read> target)
    {
        var n = ((AxisIndex)source.Index[source.Index.Length - 1]).Axis;
        var d = new Axis("d", n.Extent);
        var squares = b.Temp("squares" + suffix, t);
        var inverse = b.Temp("inverse" + suffix, t);
        var again = (Expr[])source.Index.Clone();
        again[again.Length - 1] = d;
        b.Sum("Squares" + suffix, squares[t], source * source, [t], [n]);
        b.Map("Inverse" + suffix, inverse[t], 1.0 / Expr.Sqrt(squares[t] / (double)n.Max + eps), t);
        b.Map("Scale" + suffix, target(d), source.Tensor[again] * inverse[t] * weight[d], t, d);
    }
}
