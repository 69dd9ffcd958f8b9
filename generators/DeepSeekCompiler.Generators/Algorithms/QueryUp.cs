using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>MLA query up projection: the latent's norm folded in, rope in the epilogue (DeepSeek-V2 report, equations 38 to 40).</summary>
internal static class QueryUp
{
    public static MatrixAlgorithm Define(string name, MatrixForm form, RowSource source, LatentAttentionSpec a, NumberFormat format)
    {
        var b = new KernelBuilder(name, "Query up projection: normalises the query latent, expands it to all heads and rotates the rope part of each.");
        var tokens = b.Scalar("tokens");
        var position = b.Scalar("position");
        var t = Linear.TokenAxis(tokens, form);
        var x = b.Input("x", NumberFormat.F32, tokens, source.Columns);
        var norm = Linear.Norm(b, source);
        int rows = a.NumAttentionHeads * a.QkHeadDim;
        var weight = WeightTensor.Matrix(b, "weight", format, rows, source.Columns);
        var rope = Rope.Table(b, a.QkRopeHeadDim);
        var input = ActivationRows.Of(b, x, t, source.Columns, norm, source.Quantize, form, weight);
        var q = b.Output("q", NumberFormat.F32, tokens, a.NumAttentionHeads, a.QkHeadDim);
        var products = QueryHeads.Add(b, input, weight, form, q, rope, position, a.NumAttentionHeads, a.QkNopeHeadDim, a.QkRopeHeadDim);
        b.Cost.Product(weight, Amount.Tokens);
        b.Cost.Rows(source, rows, Amount.Tokens);
        return new(form, input, b.Build(), products, []);
    }
}
