using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>The context of decode attention, cut into parts of whole pages, and what each part hands to the join.</summary>
internal sealed class DecodeContext
{
    /// <param name="b">The kernel.</param>
    /// <param name="s">What attention is like.</param>
    /// <param name="t">The token; it sees every position up to its own.</param>
    /// <param name="tokens">Tokens of the step.</param>
    /// <param name="position">Position of the first.</param>
    /// <param name="splits">Parts.</param>
    /// <param name="cache">The cache.</param>
    public DecodeContext(KernelBuilder b, AttentionShape s, Axis t, Expr tokens, Expr position, Expr splits, CacheTables cache)
    {
        Cache = cache;
        Maximum = b.Temp("partMaximum", tokens, s.Heads, splits);
        Total = b.Temp("partTotal", tokens, s.Heads, splits);
        Sum = b.Temp("partSum", tokens, s.Heads, splits, s.ValueDim);
        Part = new Axis("part", splits, null, Limits.MaxSplits);
        Expr all = (position + t.Index) / Limits.PageTokens + 1;
        Expr first = Part.Index * all / splits;
        Expr end = (Part.Index + 1) * all / splits;
        Page = b.Fold(new Axis("page", end - first, first));
        Turn = (Page.Index - first) * splits + Part.Index;
        NextPage = Expr.Min(Page.Index + 1, end - 1);
        Keys = Expr.Min(Limits.PageTokens, position + t.Index + 1 - Page.Index * Limits.PageTokens);
    }

    public CacheTables Cache { get; }

    /// <summary>[token, head, part] largest score times scale.</summary>
    public Tensor Maximum { get; }

    /// <summary>[token, head, part] sum of the weights.</summary>
    public Tensor Total { get; }

    /// <summary>[token, head, part, value number] weighted values.</summary>
    public Tensor Sum { get; }

    public Axis Part { get; }

    public Axis Page { get; }

    /// <summary>The page after this one; the last page after itself.</summary>
    public Expr NextPage { get; }

    /// <summary>A number of the page that counts up in all parts at once, whichever worker has them: the first pages of the parts come before the second ones.</summary>
    public Expr Turn { get; }

    /// <summary>Rows of the page that the token sees.</summary>
    public Expr Keys { get; }
}
