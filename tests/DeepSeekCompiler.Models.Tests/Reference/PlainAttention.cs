using DeepSeekCompiler.Generators.Algorithms;
using DeepSeekCompiler.Generators.Spec;

namespace DeepSeekCompiler.Models.Tests.Reference;

/// <summary>Attention as the formulas say, in double. Latent attention is computed in its absorbed form, whatever form a kernel has.</summary>
internal static class PlainAttention
{
    /// <summary>The answers of all heads to a token's queries.</summary>
    /// <param name="shape">Heads and cache rows.</param>
    /// <param name="latent">Widths of latent attention; null where the cache holds keys and values.</param>
    /// <param name="up">Its up projection.</param>
    /// <param name="queries">Queries of all heads, one behind the other.</param>
    /// <param name="cache">Rows of the cache.</param>
    /// <param name="context">Rows that the token sees.</param>
    public static double[] Heads(AttentionShape shape, LatentAttentionSpec? latent, double[]? up, double[] queries, double[] cache, int context)
    {
        int width = queries.Length / shape.Heads;
        return [.. Enumerable.Range(0, shape.Heads).SelectMany(head => Head(shape, latent, up, queries.AsSpan(head * width, width).ToArray(), cache, head, context))];
    }

    private static double[] Head(AttentionShape shape, LatentAttentionSpec? latent, double[]? up, double[] q, double[] cache, int head, int context)
    {
        int group = head / shape.HeadsPerGroup, rows = latent is null ? 0 : latent.QkNopeHeadDim + latent.VHeadDim;
        double Up(int row, int column) => up![(((head * rows) + row) * latent!.KvLoraRank) + column];
        double[] query = latent is null ? q
            : [.. Enumerable.Range(0, latent.KvLoraRank).Select(c => Enumerable.Range(0, latent.QkNopeHeadDim).Sum(d => q[d] * Up(d, c))), .. q[latent.QkNopeHeadDim..]];
        double Key(int j, int d) => cache[(j * shape.CacheRow) + shape.KeyAt + (group * shape.KeyDim) + d];
        var weights = Plain.Softmax([.. Enumerable.Range(0, context).Select(j => Enumerable.Range(0, shape.KeyDim).Sum(d => query[d] * Key(j, d)) * shape.Scale)]);
        double[] mixed = [.. Enumerable.Range(0, shape.ValueDim).Select(v => Enumerable.Range(0, context).Sum(j => weights[j] * cache[(j * shape.CacheRow) + shape.ValueAt + (group * shape.ValueDim) + v]))];
        return latent is null ? mixed : [.. Enumerable.Range(0, latent.VHeadDim).Select(v => Enumerable.Range(0, latent.KvLoraRank).Sum(c => mixed[c] * Up(latent.QkNopeHeadDim + v, c)))];
    }
}
