using DeepSeekCompiler.Generators.Algorithms.Training;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>y[t, n] = sum_k rows(x)[t, k] * W[n, k], or added to what y holds (the residual).</summary>
internal static class Linear
{
    /// <param name="name">A word.</param>
    /// <param name="summary">What it is for.</param>
    /// <param name="form">How it multiplies.</param>
    /// <param name="source">Its input.</param>
    /// <param name="rows">Rows of the weight.</param>
    /// <param name="format">The weight's format.</param>
    /// <param name="residual">Adds to what y holds.</param>
    /// <param name="precision">In training, what is multiplied.</param>
    public static MatrixAlgorithm Define(string name, string summary, MatrixForm form, RowSource source, int rows, NumberFormat format, bool residual, TrainingPrecision precision = TrainingPrecision.Float32)
    {
        var b = new KernelBuilder(name, summary);
        var tokens = b.Scalar("tokens");
        var t = TokenAxis(tokens, form);
        var x = b.Input("x", NumberFormat.F32, tokens, source.Columns);
        var norm = Norm(b, source);
        var weight = WeightTensor.Matrix(b, "weight", format, rows, source.Columns);
        var matrix = weight;
        Operand left = Operand.Rows(b, precision, x, tokens, source.Columns), right = Operand.Weight(b, precision, weight.Codes, rows, source.Columns);
        if (precision != TrainingPrecision.Float32) weight = WeightTensor.Of(right.Values);
        var input = ActivationRows.Of(b, left.Values, t, source.Columns, norm, source.Quantize, form, weight);
        var n = new Axis("n", rows);
        var product = new Product(b, "Dot", input, weight, form, [n], [], n, Operand.Scale(left, t, input.Column, right, n, input.Column));
        var y = residual ? b.InOut("y", NumberFormat.F32, tokens, rows) : b.Output("y", NumberFormat.F32, tokens, rows);
        product.Epilogue.Add(b.Map("Store", y[t, n], residual ? y[t, n] + product.Sum : product.Sum, n, t));
        b.Cost.Product(matrix, Amount.Tokens);
        b.Cost.Rows(source, (residual ? 2L : 1) * rows, Amount.Tokens);
        return new(form, input, b.Build(), [product], []) { Operands = [left, right] };
    }

    internal static Axis TokenAxis(Expr tokens, MatrixForm form) => new("t", tokens, null, form == MatrixForm.Streaming ? Limits.MaxStreaming : form.IsStreaming() ? Limits.MaxDecode : form.Chunk());

    internal static (Tensor, double)? Norm(KernelBuilder b, RowSource source) =>
        source.Norm is var (format, eps) ? (b.Input("norm", format, source.Columns), eps) : null;
}
