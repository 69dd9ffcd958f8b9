using System;
using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>The query projection of all heads with rope in its epilogue: q[t, head] = [nope; rotated rope].</summary>
internal static class QueryHeads
{
    /// <summary>Adds the products of q to a kernel.</summary>
    public static IReadOnlyList<Product> Add(KernelBuilder b, ActivationRows rows, WeightTensor weight, MatrixForm form, Tensor q, Tensor rope, Expr position, int heads, int nope, int ropeDim)
    {
        var t = rows.Token;
        int width = nope + ropeDim;
        var products = new List<Product>();
        var h = new Axis("h", heads);
        if (nope > 0)
        {
            var d = new Axis("d", nope);
            var plain = new Product(b, "Nope", rows, weight, form, [h, d], [], h.Index * width + d);
            plain.Epilogue.Add(b.Map("StoreNope", q[t, h, d], plain.Sum, h, d, t));
            products.Add(plain);
        }

        if (ropeDim > 0)
        {
            products.Add(Rotated(b, rows, weight, form, rope, position, "Rope", h, h.Index * width + nope, ropeDim / 2,
                (pair, second) => q[t, h, nope + pair * 2 + second]));
        }

        return products;
    }

    /// <summary>A product whose rows come in pairs that rotate together.</summary>
    public static Product Rotated(KernelBuilder b, ActivationRows rows, WeightTensor weight, MatrixForm form, Tensor rope, Expr position, string name, Axis head, Expr firstRow, int pairs,
        Func<Expr, int, Read> target)
    {
        var t = rows.Token;
        var i = new Axis("i", pairs);
        var (product, x, y) = form.IsPacked() ? Whole(b, rows, weight, form, name, head, firstRow, i) : Paired(b, rows, weight, form, name, head, firstRow, i);
        Expr at = position + t;
        product.Epilogue.Add(b.Map(name + "First", target(i, 0), Rope.First(rope, at, i, x, y), head, i, t));
        product.Epilogue.Add(b.Map(name + "Second", target(i, 1), Rope.Second(rope, at, i, x, y), head, i, t));
        return product;
    }

    // The two rows of a pair go together through the loops.
    private static (Product Product, Read X, Read Y) Paired(KernelBuilder b, ActivationRows rows, WeightTensor weight, MatrixForm form, string name, Axis head, Expr firstRow, Axis i)
    {
        var two = new Axis("two", 2);
        var product = new Product(b, name, rows, weight, form, [head, i], [two], firstRow + i.Index * 2 + two);
        return (product, product.Sums[rows.Token, head, i, 0], product.Sums[rows.Token, head, i, 1]);
    }

    // Rows side by side in vectors; pairs are found behind the sums.
    private static (Product Product, Read X, Read Y) Whole(KernelBuilder b, ActivationRows rows, WeightTensor weight, MatrixForm form, string name, Axis head, Expr firstRow, Axis i)
    {
        var r = new Axis("r", 2 * i.Max);
        var product = new Product(b, name, rows, weight, form, [head, r], [], firstRow + r) { KeepsRows = true };
        return (product, product.Sums[rows.Token, head, i.Index * 2], product.Sums[rows.Token, head, i.Index * 2 + 1]);
    }
}
