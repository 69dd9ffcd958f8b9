using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>MLA down projections in one pass over x: query latent (or, without q_lora, the query itself) and key/value latent; then the latent's norm,
/// the rope key's rotation, and both into the cache (DeepSeek-V2 report, equations 37, 41 and 43).</summary>
internal static class LatentDown
{
    public static MatrixAlgorithm Define(string name, MatrixForm form, RowSource source, LatentAttentionSpec a, NumberFormat format, NumberFormat normFormat, NumberFormat cacheFormat)
    {
        var b = new KernelBuilder(name, a.QLoraRank > 0
            ? "Down projections: query latent and key/value latent of the normalised input in one pass; the key/value latent is normalised, its rope key rotated, and both go to the cache."
            : "Query and key/value latent of the normalised input in one pass, queries rotated; the key/value latent is normalised, its rope key rotated, and both go to the cache.");
        var tokens = b.Scalar("tokens");
        var position = b.Scalar("position");
        var t = Linear.TokenAxis(tokens, form);
        var x = b.Input("x", NumberFormat.F32, tokens, source.Columns);
        var norm = Linear.Norm(b, source);
        int queryRows = a.QLoraRank > 0 ? a.QLoraRank : a.NumAttentionHeads * a.QkHeadDim;
        var queryWeight = WeightTensor.Matrix(b, "queryWeight", format, queryRows, source.Columns);
        var latentWeight = WeightTensor.Matrix(b, "latentWeight", format, a.CacheRow, source.Columns);
        var latentNorm = b.Input("latentNorm", normFormat, a.KvLoraRank);
        var rope = Rope.Table(b, a.QkRopeHeadDim);
        var input = ActivationRows.Of(b, x, t, source.Columns, norm, source.Quantize, form, queryWeight);
        var products = new List<Product>();
        if (a.QLoraRank > 0)
        {
            var latent = b.Output("queryLatent", NumberFormat.F32, tokens, a.QLoraRank);
            var n = new Axis("n", a.QLoraRank);
            var product = new Product(b, "Query", input, queryWeight, form, [n], [], n);
            product.Epilogue.Add(b.Map("StoreQuery", latent[t, n], product.Sum, n, t));
            products.Add(product);
        }
        else
        {
            var q = b.Output("q", NumberFormat.F32, tokens, a.NumAttentionHeads, a.QkHeadDim);
            products.AddRange(QueryHeads.Add(b, input, queryWeight, form, q, rope, position, a.NumAttentionHeads, a.QkNopeHeadDim, a.QkRopeHeadDim));
        }

        var raw = b.Temp("raw", tokens, a.CacheRow);
        var c = new Axis("c", a.CacheRow);
        var down = new Product(b, "Latent", input, latentWeight, form, [c], [], c);
        down.Epilogue.Add(b.Map("StoreLatent", raw[t, c], down.Sum, c, t));
        products.Add(down);
        var cache = CacheTables.Of(b, cacheFormat, TensorRole.Output, a.KvLoraRank, a.QkRopeHeadDim);
        var after = CacheWrite(b, t, position, raw, latentNorm, rope, cache, a);
        b.Cost.Product(queryWeight, Amount.Tokens);
        b.Cost.Product(latentWeight, Amount.Tokens);
        b.Cost.Rows(source, queryRows, Amount.Tokens);
        b.Cost.Norm(a.KvLoraRank, normFormat, Amount.Tokens);
        b.Cost.Move((long)a.CacheRowBytes(cacheFormat) * Amount.Tokens);
        return new(form, input, b.Build(), products, after);
    }

    private static List<Stage> CacheWrite(KernelBuilder b, Axis t, Expr position, Tensor raw, Tensor norm, Tensor rope, CacheTables cache, LatentAttentionSpec a)
    {
        var squares = b.Temp("latentSquares", t);
        var inverse = b.Temp("latentInverse", t);
        var m = new Axis("m", a.KvLoraRank);
        var j = new Axis("j", a.KvLoraRank);
        var pair = new Axis("pair", a.QkRopeHeadDim / 2);
        Expr at = position + t, page = at / Limits.PageTokens, row = at % Limits.PageTokens;
        Expr first = raw[t, a.KvLoraRank + pair.Index * 2], second = raw[t, a.KvLoraRank + pair.Index * 2 + 1], latent = raw[t, j] * inverse[t] * norm[j];
        var stages = new List<Stage>
        {
            b.Sum("LatentSquares", squares[t], raw[t, m] * raw[t, m], [t], [m]),
            b.Map("LatentInverse", inverse[t], 1.0 / Expr.Sqrt(squares[t] / (double)a.KvLoraRank + a.LatentNormEps), t),
        };
        if (cache.IsFixed)
        {
            var numbers = b.Temp("row", t, a.CacheRow);
            stages.Add(b.Map("RowLatent", numbers[t, j], latent, t, j));
            stages.Add(b.Map("RowRopeFirst", numbers[t, a.KvLoraRank + pair.Index * 2], Rope.First(rope, at, pair, first, second), t, pair));
            stages.Add(b.Map("RowRopeSecond", numbers[t, a.KvLoraRank + pair.Index * 2 + 1], Rope.Second(rope, at, pair, first, second), t, pair));
            FixedCache.Write(b, cache, t, (page, row), numbers, a.KvLoraRank, a.QkRopeHeadDim, stages);
            return stages;
        }

        if (cache.ScalePages is null) stages.Add(b.Map("CacheLatent", cache.Pages[page, row, j], latent, t, j));
        else Quantize(b, t, page, row, latent, j, cache.Pages, cache.ScalePages, stages);
        stages.Add(b.Map("CacheRopeFirst", cache.Rope(page, row, pair.Index * 2), Rope.First(rope, at, pair, first, second), t, pair));
        stages.Add(b.Map("CacheRopeSecond", cache.Rope(page, row, pair.Index * 2 + 1), Rope.Second(rope, at, pair, first, second), t, pair));
        return stages;
    }

    private static void Quantize(KernelBuilder b, Axis t, Expr page, Expr row, Expr latent, Axis j, Tensor codes, Tensor scales, List<Stage> stages)
    {
        var (number, scale) = ScaledTile.Rows(b, ("Latent", "LatentMost", "LatentScale"), t, j, latent, stages);
        Axis u = new("u", FormatSpec.Blocks(j.Max)), n = new("n", j.Max);
        stages.Add(b.Map("CacheScale", scales[page, row, u], scale[t, u], t, u));
        stages.Add(b.Map("CacheLatent", codes[page, row, n], number[t, n] / scale[t, n.Index / FormatSpec.Block], t, n));
    }
}
