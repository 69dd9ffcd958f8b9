using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Keys and values of latent attention, head by head: the expanded latent [nope; v] of a head and the one rotated key that all heads share.</summary>
internal static class LatentHeads
{
    public static PointAlgorithm Forward(string name, LatentAttentionSpec a)
    {
        var b = new KernelBuilder(name, "Keys [nope; rotated rope] and values of every head, from the expanded latent and the shared rope key.");
        var (tokens, position, t, rope) = Common(b, a);
        int heads = a.NumAttentionHeads, nope = a.QkNopeHeadDim, pairs = a.QkRopeHeadDim / 2;
        var expanded = b.Input("expanded", NumberFormat.F32, tokens, heads, nope + a.VHeadDim);
        var latent = b.Input("latent", NumberFormat.F32, tokens, a.CacheRow);
        var k = b.Output("k", NumberFormat.F32, tokens, heads, a.QkHeadDim);
        var v = b.Output("v", NumberFormat.F32, tokens, heads, a.VHeadDim);
        var x = b.Temp("x", t, pairs);
        var y = b.Temp("y", t, pairs);
        Axis i0 = new("i", pairs), i1 = new("pair", pairs), i2 = new("j", pairs), i3 = new("two", pairs), n = new("n", nope), m = new("m", a.VHeadDim);
        Axis h0 = new("h", heads), h1 = new("head", heads), h2 = new("g", heads), h3 = new("group", heads);
        Read Raw(Axis i, int second) => latent[t, a.KvLoraRank + i.Index * 2 + second];
        b.Map("First", x[t, i0], Rope.First(rope, position, i0, Raw(i0, 0), Raw(i0, 1)), t, i0);
        b.Map("Second", y[t, i1], Rope.Second(rope, position, i1, Raw(i1, 0), Raw(i1, 1)), t, i1);
        if (nope > 0) b.Map("Nope", k[t, h0, n], expanded[t, h0, n], t, h0, n);
        b.Map("KeyFirst", k[t, h1, nope + i2.Index * 2], x[t, i2], t, h1, i2);
        b.Map("KeySecond", k[t, h2, nope + i3.Index * 2 + 1], y[t, i3], t, h2, i3);
        b.Map("Value", v[t, h3, m], expanded[t, h3, nope + m.Index], t, h3, m);
        return Finish(b, a, t);
    }

    public static PointAlgorithm Backward(string name, LatentAttentionSpec a)
    {
        var b = new KernelBuilder(name, "Gradients of keys and values back to the expanded latent; those of the shared rope key are summed over heads and rotated back.");
        var (tokens, position, t, rope) = Common(b, a);
        int heads = a.NumAttentionHeads, nope = a.QkNopeHeadDim, pairs = a.QkRopeHeadDim / 2;
        var dk = b.Input("dk", NumberFormat.F32, tokens, heads, a.QkHeadDim);
        var dv = b.Input("dv", NumberFormat.F32, tokens, heads, a.VHeadDim);
        var dexpanded = b.Output("dexpanded", NumberFormat.F32, tokens, heads, nope + a.VHeadDim);
        var dlatent = b.Output("dlatent", NumberFormat.F32, tokens, a.CacheRow);
        var x = b.Temp("x", t, pairs);
        var y = b.Temp("y", t, pairs);
        Axis i0 = new("i", pairs), i1 = new("pair", pairs), i2 = new("j", pairs), i3 = new("two", pairs), n = new("n", nope), m = new("m", a.VHeadDim);
        Axis h0 = new("h", heads), h1 = new("head", heads), h2 = new("g", heads), h3 = new("group", heads);
        if (nope > 0) b.Map("Nope", dexpanded[t, h0, n], dk[t, h0, n], t, h0, n);
        b.Map("Value", dexpanded[t, h1, nope + m.Index], dv[t, h1, m], t, h1, m);
        b.Sum("First", x[t, i0], dk[t, h2, nope + i0.Index * 2], [t, i0], [h2]);
        b.Sum("Second", y[t, i1], dk[t, h3, nope + i1.Index * 2 + 1], [t, i1], [h3]);
        b.Map("StoreFirst", dlatent[t, a.KvLoraRank + i2.Index * 2], Rotate.First(rope, position, i2, x[t, i2], y[t, i2], true), t, i2);
        b.Map("StoreSecond", dlatent[t, a.KvLoraRank + i3.Index * 2 + 1], Rotate.Second(rope, position, i3, x[t, i3], y[t, i3], true), t, i3);
        return Finish(b, a, t);
    }

    private static (Expr Tokens, Expr Position, Axis Token, Tensor Rope) Common(KernelBuilder b, LatentAttentionSpec a)
    {
        var tokens = b.Scalar("tokens");
        var first = b.Scalar("first");
        var length = b.Scalar("length");
        var t = new Axis("t", tokens);
        return (tokens, (first + t) % length, t, Rope.Table(b, a.QkRopeHeadDim));
    }

    private static PointAlgorithm Finish(KernelBuilder b, LatentAttentionSpec a, Axis t)
    {
        b.Cost.Work(3L * a.QkRopeHeadDim * Amount.Tokens);
        b.Cost.Move(8L * a.NumAttentionHeads * (a.QkHeadDim + a.VHeadDim) * Amount.Tokens);
        return new(b.Build(), t);
    }
}
