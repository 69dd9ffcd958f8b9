using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>x[t] = E[ids[t]].</summary>
internal static class Embedding
{
    public static PointAlgorithm Define(string name, int vocabulary, int hidden, NumberFormat format)
    {
        var b = new KernelBuilder(name, "Embedding: copies the row of every token id, decoded to float32.");
        var tokens = b.Scalar("tokens");
        var ids = b.Input("ids", NumberFormat.I32, tokens);
        var table = b.Input("table", format, vocabulary, hidden);
        var x = b.Output("x", NumberFormat.F32, tokens, hidden);
        var t = new Axis("t", tokens, null, Limits.MaxDeviceChunk);
        var d = new Axis("d", hidden);
        b.Map("Copy", x[t, d], table[ids[t], d], t, d);
        b.Cost.Move((4L + hidden * (format.Bytes() + 4L)) * Amount.Tokens);
        return new(b.Build(), t);
    }
}
