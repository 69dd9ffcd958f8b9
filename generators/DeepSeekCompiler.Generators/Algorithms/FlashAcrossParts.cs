using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>How a whole page's keys [key, token] and values [token, value] come about.</summary>
internal sealed class FlashAcrossParts(KernelBuilder b, CacheTables cache, Axis h, Axis page, Expr tokens, Expr position)
{
    private readonly List<Map> _copies = new();

    /// <summary>Rows of the page decoded one by one, each followed by zeros for the tokens that are not there yet: head, page, token, number.</summary>
    public IReadOnlyList<Map> Copies => _copies;

    /// <summary>Rows of the up projection, decoded as they are; null without a latent.</summary>
    public Map? DecodeKey { get; private set; }

    /// <summary>The same of values, across: head, value, rank.</summary>
    public Map? DecodeValue { get; private set; }

    /// <summary>Decoded rows written across: head, page, token, number.</summary>
    public Map Across { get; private set; } = null!;

    public Reduce? Keys { get; private set; }

    public Map? RopeKeys { get; private set; }

    public Reduce? Values { get; private set; }

    /// <summary>Cache rows hold keys and values.</summary>
    public void Copy(AttentionShape s, Tensor keys, Tensor values)
    {
        Expr group = h.Index / s.HeadsPerGroup;
        var rows = b.Temp("keyRows", Limits.PageTokens, s.KeyDim);
        Filled("Key", rows, s.KeyDim, s.KeyAt + group * s.KeyDim);
        Axis j = new("token", Limits.PageTokens), d = new("column", s.KeyDim);
        Across = b.Map("Across", keys[d, j], rows[j, d], h, page, j, d);
        Filled("Value", values, s.ValueDim, s.ValueAt + group * s.ValueDim);
    }

    /// <summary>Cache rows hold latents and rope keys (DeepSeek-V2 report, equations 42 to 45).</summary>
    public void Expand(LatentAttentionSpec a, WeightTensor w, Tensor keys, Tensor values)
    {
        int width = a.QkNopeHeadDim + a.VHeadDim;
        Axis n = new("n", a.QkNopeHeadDim), c = new("c", a.KvLoraRank), m = new("m", a.VHeadDim), k = new("k", a.KvLoraRank);
        var keyPanel = b.Temp("keyPanel", a.QkNopeHeadDim, a.KvLoraRank);
        var valuePanel = b.Temp("valuePanel", a.KvLoraRank, a.VHeadDim);
        DecodeKey = b.Map("DecodeKey", keyPanel[n, c], w.Value(null, h.Index * width + n, c), h, n, c);
        DecodeValue = b.Map("DecodeValue", valuePanel[k, m], w.Value(null, h.Index * width + a.QkNopeHeadDim + m, k), h, m, k);
        var rows = b.Temp("latent", Limits.PageTokens, a.CacheRow);
        var across = b.Temp("across", a.CacheRow, Limits.PageTokens);
        Filled("Latent", rows, a.CacheRow, 0, cache.RopePages is null ? 0 : a.KvLoraRank, cache.IsFixed ? a.KvLoraRank : 0);
        Axis j = new("token", Limits.PageTokens), x = new("column", a.CacheRow);
        Across = b.Map("Across", across[x, j], rows[j, x], h, page, j, x);
        Axis j0 = new("keyToken", Limits.PageTokens), j1 = new("valueToken", Limits.PageTokens), j2 = new("ropeToken", Limits.PageTokens);
        Axis dn = new("keyRow", a.QkNopeHeadDim), dm = new("valueColumn", a.VHeadDim), r0 = new("r", a.KvLoraRank), r1 = new("rank", a.KvLoraRank), e = new("e", a.QkRopeHeadDim);
        Keys = b.Sum("Keys", keys[dn, j0], keyPanel[dn, r0] * across[r0, j0], [h, page, dn, j0], [r0]);
        RopeKeys = b.Map("RopeKeys", keys[a.QkNopeHeadDim + e.Index, j2], across[a.KvLoraRank + e.Index, j2], h, page, e, j2);
        Values = b.Sum("Values", values[j1, dm], rows[j1, r1] * valuePanel[r1, dm], [h, page, j1, dm], [r1]);
    }

    private void Filled(string name, Tensor target, int width, Expr at, int ropeAt = 0, int fixedLatent = 0)
    {
        Expr known = Expr.Min(Limits.PageTokens, position + tokens - page.Index * Limits.PageTokens);
        string word = name.ToLowerInvariant();
        Axis j = new(word + "Token", known, null, Limits.PageTokens), rest = new(word + "Rest", Limits.PageTokens - known, known, Limits.PageTokens);
        Axis c = new(word + "Column", ropeAt > 0 ? ropeAt : width), zero = new(word + "Zero", width);
        if (fixedLatent > 0) _copies.AddRange(FixedCache.Read(b, cache, page, row => new(row, known, null, Limits.PageTokens), target, fixedLatent, [h, page]));
        else _copies.Add(b.Map("Copy" + name, target[j, c], cache.Number(page, j, at + c), h, page, j, c));
        if (ropeAt > 0)
        {
            Axis row = new("ropeToken", known, null, Limits.PageTokens), e = new("ropeColumn", width - ropeAt);
            _copies.Add(b.Map("CopyRope", target[row, ropeAt + e.Index], cache.Rope(page, row, e), h, page, row, e));
        }

        _copies.Add(b.Map("Fill" + name, target[rest, zero], 0.0, h, page, rest, zero));
    }
}
