using System;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>How a page's keys and values come about.</summary>
internal sealed class FlashPrefillParts(KernelBuilder b, AttentionShape s, LatentAttentionSpec? latent, WeightTensor? weight, CacheTables cache, Axis h, Axis page,
    Tensor keys, Tensor values, Func<string, Axis> rows)
{
    public Map? DecodeKey { get; private set; }

    public Map? DecodeValue { get; private set; }

    public Stage Keys { get; private set; } = null!;

    public Map? RopeKeys { get; private set; }

    public Stage Values { get; private set; } = null!;

    public void Define()
    {
        if (latent is null) Copy();
        else Expand(latent, weight!);
    }

    private void Copy()
    {
        Axis j0 = rows("keyRow"), j1 = rows("valueRow"), d = new("column", s.KeyDim), v = new("valueColumn", s.ValueDim);
        Expr group = h.Index / s.HeadsPerGroup;
        Keys = b.Map("Keys", keys[j0, d], cache.Number(page, j0, s.KeyAt + group * s.KeyDim + d), h, page, j0, d);
        Values = b.Map("Values", values[j1, v], cache.Number(page, j1, s.ValueAt + group * s.ValueDim + v), h, page, j1, v);
    }

    private void Expand(LatentAttentionSpec a, WeightTensor w)
    {
        int width = a.QkNopeHeadDim + a.VHeadDim;
        Axis n = new("n", a.QkNopeHeadDim), c = new("c", a.KvLoraRank), m = new("m", a.VHeadDim), k = new("k", a.KvLoraRank), e = new("e", a.QkRopeHeadDim);
        Axis j0 = rows("keyRow"), j1 = rows("valueRow"), j2 = rows("ropeRow");
        Axis dn = new("keyColumn", a.QkNopeHeadDim), dm = new("valueColumn", a.VHeadDim);
        var keyPanel = b.Temp("keyPanel", a.QkNopeHeadDim, a.KvLoraRank);
        var valuePanel = b.Temp("valuePanel", a.VHeadDim, a.KvLoraRank);
        DecodeKey = b.Map("DecodeKey", keyPanel[n, c], w.Value(null, h.Index * width + n, c), h, n, c);
        DecodeValue = b.Map("DecodeValue", valuePanel[m, k], w.Value(null, h.Index * width + a.QkNopeHeadDim + m, k), h, m, k);
        Axis r0 = new("r", a.KvLoraRank), r1 = new("rank", a.KvLoraRank);
        Keys = b.Sum("Keys", keys[j0, dn], cache.Number(page, j0, r0) * keyPanel[dn, r0], [h, page, j0, dn], [r0]);
        RopeKeys = b.Map("RopeKeys", keys[j2, a.QkNopeHeadDim + e.Index], cache.Rope(page, j2, e), h, page, j2, e);
        Values = b.Sum("Values", values[j1, dm], cache.Number(page, j1, r1) * valuePanel[dm, r1], [h, page, j1, dm], [r1]);
    }
}
