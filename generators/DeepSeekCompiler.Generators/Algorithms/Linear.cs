using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>y[t, n] = sum_k rows(x)[t, k] * W[n, k], or added to what y holds (the residual).</summary>
internal static class Linear
{
    public static MatrixAlgorithm Define(string name, string summary, MatrixForm form, RowSource source, int rows, NumberFormat format, bool residual)
    {
        var b = new KernelBuilder(name, summary);
        var tokens = b.Scalar("tokens");
        var t = TokenAxis(tokens, form);
        var x = b.Input("x", NumberFormat.F32, tokens, source.Columns);
        var norm = Norm(b, source);
        var weight = WeightTensor.Matrix(b, "weight", format, rows, source.Columns);
        var input = ActivationRows.Of(b, x, t, source.Columns, norm, source.Quantize, form, weight);
        var n = new Axis("n", rows);
        var product = new Product(b, "Dot", input, weight, form, [n], [], n);
        var y = residual ? b.InOut("y", NumberFormat.F32, tokens, rows) : b.Output("y", NumberFormat.F32, tokens, rows);
        product.Epilogue.Add(b.Map("Store", y[t, n], residual ? y[t, n] + product.Sum : product.Sum, n, t));
        b.Flops = Count.Flops(rows, source.Columns);
        b.Bytes = Count.Bytes(rows, source.Columns, format);
        return new(form, input, b.Build(), [product], []);
    }

    internal static Axis TokenAxis(Expr tokens, MatrixForm form) => new("t", tokens, null, form.IsStreaming() ? Limits.MaxDecode : Limits.MaxChunk);

    internal static (Tensor, double)? Norm(KernelBuilder b, RowSource source) =>
        source.Norm is var (format, eps) ? (b.Input("norm", format, source.Columns), eps) : null;
}
