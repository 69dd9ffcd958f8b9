using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Rotary embedding in place, of rows of a batch: token t of a chunk that starts at <c>first</c> stands at position (first + t) mod length. The gradient
/// goes through the transpose, the rotation by the opposite angle.</summary>
internal static class Rotate
{
    /// <param name="name">A word.</param>
    /// <param name="heads">Heads of a row.</param>
    /// <param name="width">Numbers of a head.</param>
    /// <param name="ropeDim">Numbers that rotate, the last ones.</param>
    /// <param name="transposed">The gradient's way.</param>
    public static PointAlgorithm Define(string name, int heads, int width, int ropeDim, bool transposed)
    {
        var b = new KernelBuilder(name, transposed ? "Rotates gradients of heads back, in place." : "Rotates heads by their positions, in place.");
        var tokens = b.Scalar("tokens");
        var first = b.Scalar("first");
        var length = b.Scalar("length");
        var x = b.InOut("x", NumberFormat.F32, tokens, heads, width);
        var rope = Rope.Table(b, ropeDim);
        var t = new Axis("t", tokens);
        Axis h0 = new("h", heads), h1 = new("head", heads), h2 = new("g", heads), h3 = new("group", heads);
        Axis i0 = new("i", ropeDim / 2), i1 = new("pair", ropeDim / 2), i2 = new("j", ropeDim / 2), i3 = new("two", ropeDim / 2);
        var a = b.Temp("a", t, heads, ropeDim / 2);
        var c = b.Temp("c", t, heads, ropeDim / 2);
        int at = width - ropeDim;
        Expr position = (first + t) % length;
        Read Of(Axis h, Axis i, int second) => x[t, h, at + i.Index * 2 + second];
        b.Map("First", a[t, h0, i0], First(rope, position, i0, Of(h0, i0, 0), Of(h0, i0, 1), transposed), t, h0, i0);
        b.Map("Second", c[t, h1, i1], Second(rope, position, i1, Of(h1, i1, 0), Of(h1, i1, 1), transposed), t, h1, i1);
        b.Map("StoreFirst", Of(h2, i2, 0), a[t, h2, i2], t, h2, i2);
        b.Map("StoreSecond", Of(h3, i3, 1), c[t, h3, i3], t, h3, i3);
        b.Cost.Work(3L * heads * ropeDim * Amount.Tokens);
        b.Cost.Move(8L * heads * ropeDim * Amount.Tokens);
        return new(b.Build(), t);
    }

    /// <summary>First number of a rotated pair, or of its gradient.</summary>
    public static Expr First(Tensor rope, Expr position, Expr pair, Expr x, Expr y, bool transposed) =>
        transposed ? x * rope[position, pair, 0] + y * rope[position, pair, 1] : Rope.First(rope, position, pair, x, y);

    /// <summary>Second number of a rotated pair, or of its gradient.</summary>
    public static Expr Second(Tensor rope, Expr position, Expr pair, Expr x, Expr y, bool transposed) =>
        transposed ? y * rope[position, pair, 0] - x * rope[position, pair, 1] : Rope.Second(rope, position, pair, x, y);
}
