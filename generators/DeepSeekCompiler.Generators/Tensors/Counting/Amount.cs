using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace DeepSeekCompiler.Generators.Tensors.Counting;

/// <summary>A count that grows with the sizes of a call: a sum of products of whole numbers and sizes.</summary>
public sealed class Amount
{
    public static readonly Amount Zero = new([]);

    /// <summary>Tokens of the call.</summary>
    public static readonly Amount Tokens = Of(new Size("tokens"));

    /// <summary>Tokens in the cache before the call.</summary>
    public static readonly Amount Position = Of(new Size("position"));

    /// <summary>Chosen (token, expert) pairs.</summary>
    public static readonly Amount Slots = Of(new Size("slots"));

    /// <summary>Experts that have any tokens.</summary>
    public static readonly Amount Active = Of(new Size("active"));

    /// <summary>Rows of a micro-batch.</summary>
    public static readonly Amount Batch = Of(new Size("batch"));

    /// <summary>Tokens of each.</summary>
    public static readonly Amount Length = Of(new Size("length"));

    private readonly IReadOnlyList<Term> _terms;

    private Amount(IReadOnlyList<Term> terms) => _terms = terms;

    public static Amount Of(Size size) => new([new(1, [size])]);

    public static implicit operator Amount(long number) => number == 0 ? Zero : new([new(number, [])]);

    public static Amount operator +(Amount a, Amount b) => Sum(a._terms.Concat(b._terms));

    public static Amount operator *(Amount a, Amount b) =>
        Sum(a._terms.SelectMany(_ => b._terms, (x, y) => new Term(checked(x.Factor * y.Factor), [.. x.Of.Concat(y.Of).OrderBy(s => s.Name, StringComparer.Ordinal)])));

    /// <summary>Its value.</summary>
    /// <param name="sizes">Value of every size, by name.</param>
    public double At(IReadOnlyDictionary<string, long> sizes) => _terms.Sum(t => t.Of.Aggregate((double)t.Factor, (value, size) => value * sizes[size.Name]));

    /// <summary>As C#, in long integers.</summary>
    public string Code => _terms.Count == 0 ? "0" : string.Join(" + ", _terms.Select(t => string.Join(" * ", [Number(t.Factor, "0") + "L", .. t.Of.Select(s => s.Code)])));

    /// <summary>For people.</summary>
    public override string ToString() => _terms.Count == 0 ? "0" : string.Join(" + ", _terms.Select(t =>
        string.Join(" * ", t.Factor == 1 && t.Of.Count > 0 ? t.Of.Select(s => s.Name) : [Number(t.Factor, "#,0"), .. t.Of.Select(s => s.Name)])));

    private static Amount Sum(IEnumerable<Term> terms) =>
        new([.. terms.GroupBy(t => string.Join("*", t.Of.Select(s => s.Name)), (_, same) => new Term(same.Sum(t => t.Factor), same.First().Of))]);

    private static string Number(long value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private sealed record Term(long Factor, IReadOnlyList<Size> Of);
}
