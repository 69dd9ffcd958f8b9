using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>The projections of grouped-query attention (Ainslie et al. 2023) in one pass: rotated queries and keys, values; keys and values go to the cache.</summary>
internal static class QueryKeyValue
{
    public static MatrixAlgorithm Define(string name, MatrixForm form, RowSource source, GroupedQueryAttentionSpec a, NumberFormat format, NumberFormat cacheFormat)
    {
        var b = new KernelBuilder(name, "Query, key and value projections of the normalised input in one pass; queries and keys are rotated, keys and values go to the cache.");
        var tokens = b.Scalar("tokens");
        var position = b.Scalar("position");
        var t = Linear.TokenAxis(tokens, form);
        var x = b.Input("x", NumberFormat.F32, tokens, source.Columns);
        var norm = Linear.Norm(b, source);
        int keyRows = a.NumKeyValueHeads * a.HeadDim, queryRows = a.NumAttentionHeads * a.HeadDim;
        var qWeight = WeightTensor.Matrix(b, "queryWeight", format, queryRows, source.Columns);
        var kWeight = WeightTensor.Matrix(b, "keyWeight", format, keyRows, source.Columns);
        var vWeight = WeightTensor.Matrix(b, "valueWeight", format, keyRows, source.Columns);
        var rope = Rope.Table(b, a.HeadDim);
        var input = ActivationRows.Of(b, x, t, source.Columns, norm, source.Quantize, form, qWeight);
        var q = b.Output("q", NumberFormat.F32, tokens, a.NumAttentionHeads, a.HeadDim);
        var pages = b.Table("pages", cacheFormat, TensorRole.Output, 1, Limits.PageTokens, a.CacheRow);
        Expr at = position + t, page = at / Limits.PageTokens, row = at % Limits.PageTokens;
        var products = new List<Product>(QueryHeads.Add(b, input, qWeight, form, q, rope, position, a.NumAttentionHeads, 0, a.HeadDim));
        var head = new Axis("group", a.NumKeyValueHeads);
        products.Add(QueryHeads.Rotated(b, input, kWeight, form, rope, position, "Key", head, head.Index * a.HeadDim, a.HeadDim / 2,
            (pair, second) => pages[page, row, head.Index * a.HeadDim + pair * 2 + second]));
        var n = new Axis("n", keyRows);
        var value = new Product(b, "Value", input, vWeight, form, [n], [], n);
        value.Epilogue.Add(b.Map("StoreValue", pages[page, row, keyRows + n.Index], value.Sum, n, t));
        products.Add(value);
        foreach (var weight in new[] { qWeight, kWeight, vWeight }) b.Cost.Product(weight, Amount.Tokens);
        b.Cost.Rows(source, queryRows, Amount.Tokens);
        b.Cost.Move((long)a.CacheRow * cacheFormat.Bytes() * Amount.Tokens);
        return new(form, input, b.Build(), products, []);
    }
}
