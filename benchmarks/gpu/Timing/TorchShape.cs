using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>Something that torch can do too.</summary>
/// <param name="Name">Model, kernel and size, as the timing stage has them.</param>
/// <param name="Kind"><c>bf16</c> and <c>fp8</c> products [M, K] x [K, N]; <c>decode</c> and <c>prefill</c> attention.</param>
/// <param name="M">Tokens.</param>
/// <param name="N">Rows of all weights together; heads for attention.</param>
/// <param name="K">Columns of the weights; the latent row (rank and rope) for attention.</param>
/// <param name="Context">Tokens in the cache.</param>
/// <param name="Value">Width of a value (attention): the latent rank in decode, the head's value in prefill.</param>
/// <param name="Key">Width of a key (attention).</param>
internal sealed record TorchShape(string Name, string Kind, int M, long N, int K, int Context, int Value, int Key)
{
    public static IEnumerable<TorchShape> Of(string model)
    {
        var spec = TimingCases.SpecOf(model);
        foreach (var timing in TimingCases.Of(spec))
        {
            string name = $"{model} {timing.Name}";
            if (timing.Kernel.Name == "AttentionDecode" && spec.Attention is LatentAttentionSpec a)
            {
                yield return new(name, "decode", timing.Tokens, a.NumAttentionHeads, a.KvLoraRank + a.QkRopeHeadDim, timing.Context, a.KvLoraRank, a.KvLoraRank + a.QkRopeHeadDim);
            }
            else if (timing.Kernel.Name == "AttentionPrefill")
            {
                yield return new(name, "prefill", timing.Tokens, spec.Attention.NumAttentionHeads, 0, timing.Context, spec.Attention.ValueDim, spec.Attention.QkHeadDim);
            }
            else if (Product(timing) is { } shape)
            {
                yield return shape with { Name = name };
            }
        }
    }

    // A projection without experts: one or more weights [N, K] of one width.
    private static TorchShape? Product(TimingCase timing)
    {
        if (!timing.Kernel.Name.EndsWith("Prefill", StringComparison.Ordinal) && !timing.Kernel.Name.EndsWith("Decode", StringComparison.Ordinal)) return null;
        var weights = timing.Kernel.Tensors.Where(t => t.Role == TensorRole.Input && !t.IsTable && t.Dims.Count == 2 && t.Format is NumberFormat.BF16 or NumberFormat.E4M3 && t.Dims.All(d => d.Size is Generators.Expressions.Const)).ToList();
        if (weights.Count == 0) return null;
        long Size(Dim d) => (long)((Generators.Expressions.Const)d.Size).Value;
        int k = (int)Size(weights[0].Dims[1]);
        if (weights.Any(w => Size(w.Dims[1]) != k || w.Format != weights[0].Format)) return null;
        return new("", weights[0].Format == NumberFormat.E4M3 ? "fp8" : "bf16", timing.Tokens, weights.Sum(w => Size(w.Dims[0])), k, 0, 0, 0);
    }
}
