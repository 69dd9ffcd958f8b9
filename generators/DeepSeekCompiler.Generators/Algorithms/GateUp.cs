using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>h[t, n] = silu(x . G[n]) * (x . U[n]): gate and up projection in one pass over x (SwiGLU, Shazeer 2020).</summary>
internal static class GateUp
{
    public static MatrixAlgorithm Define(string name, string summary, MatrixForm form, RowSource source, int width, NumberFormat format)
    {
        var b = new KernelBuilder(name, summary);
        var tokens = b.Scalar("tokens");
        var t = Linear.TokenAxis(tokens, form);
        var x = b.Input("x", NumberFormat.F32, tokens, source.Columns);
        var norm = Linear.Norm(b, source);
        var gate = WeightTensor.Matrix(b, "gate", format, width, source.Columns);
        var up = WeightTensor.Matrix(b, "up", format, width, source.Columns);
        var input = ActivationRows.Of(b, x, t, source.Columns, norm, source.Quantize, form, gate);
        var n = new Axis("n", width);
        var g = new Product(b, "Gate", input, gate, form, [n], [], n);
        var u = new Product(b, "Up", input, up, form, [n], [], n);
        g.Partner = u;
        var h = b.Output("h", NumberFormat.F32, tokens, width);
        u.Epilogue.Add(b.Map("Activate", h[t, n], Silu(g.Sum) * u.Sum, n, t));
        b.Cost.Product(gate, Amount.Tokens);
        b.Cost.Product(up, Amount.Tokens);
        b.Cost.Rows(source, width, Amount.Tokens);
        return new(form, input, b.Build(), [g], []);
    }

    /// <summary>x * sigmoid(x).</summary>
    internal static Expr Silu(Expr x) => x / (1.0 + Expr.Exp(-1.0 * x));
}
