using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Input of a multi-token-prediction module: [enorm(embedding of the next token); hnorm(hidden state)], the embedding half first as in
/// published checkpoints (the DeepSeek-V3 report's equation 21 writes the halves the other way round).</summary>
internal static class MtpInput
{
    public static PointAlgorithm Define(string name, int vocabulary, int hidden, NumberFormat format, double eps)
    {
        var b = new KernelBuilder(name, "Input of the MTP module: the normalised embedding of the next token beside the normalised hidden state.");
        var tokens = b.Scalar("tokens");
        var ids = b.Input("ids", NumberFormat.I32, tokens);
        var table = b.Input("table", format, vocabulary, hidden);
        var state = b.Input("hidden", NumberFormat.F32, tokens, hidden);
        var enorm = b.Input("enorm", format, hidden);
        var hnorm = b.Input("hnorm", format, hidden);
        var y = b.Output("y", NumberFormat.F32, tokens, 2 * hidden);
        var t = new Axis("t", tokens, null, Limits.MaxDeviceChunk);
        RmsNorm.Add(b, "Embedding", table[ids[t], new Axis("n", hidden)], t, enorm, eps, d => y[t, d]);
        RmsNorm.Add(b, "Hidden", state[t, new Axis("m", hidden)], t, hnorm, eps, d => y[t, hidden + d.Index]);
        b.Cost.Norm(hidden, format, Amount.Tokens);
        b.Cost.Norm(hidden, format, Amount.Tokens);
        b.Cost.Move((4L + hidden * (format.Bytes() + 12L)) * Amount.Tokens);
        return new(b.Build(), t);
    }
}
