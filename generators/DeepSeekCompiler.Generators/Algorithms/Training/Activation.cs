using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>h = silu(g) u backward. With p = sigmoid(g): silu'(g) = p (1 + g (1 - p)); dg = dh u silu'(g), du = dh silu(g).</summary>
internal static class Activation
{
    /// <summary>Forward, row by row: gate and up are kept for the backward pass, h is not.</summary>
    public static PointAlgorithm Forward(string name, int width)
    {
        var b = new KernelBuilder(name, "SiLU(gate) * up.");
        var tokens = b.Scalar("tokens");
        var gate = b.Input("gate", NumberFormat.F32, tokens, width);
        var up = b.Input("up", NumberFormat.F32, tokens, width);
        var h = b.Output("h", NumberFormat.F32, tokens, width);
        Axis t = new("t", tokens), i = new("i", width);
        b.Map("Product", h[t, i], GateUp.Silu(gate[t, i]) * up[t, i], t, i);
        b.Cost.Work(6L * width * Amount.Tokens);
        b.Cost.Move(12L * width * Amount.Tokens);
        return new(b.Build(), t);
    }

    /// <summary>Of a dense block or the shared experts; h is made again, for the down projection's weight.</summary>
    public static PointAlgorithm Dense(string name, int width)
    {
        var b = new KernelBuilder(name, "SiLU(gate) * up backward; the product itself is made again for the down projection's weight.");
        var tokens = b.Scalar("tokens");
        var gate = b.Input("gate", NumberFormat.F32, tokens, width);
        var up = b.Input("up", NumberFormat.F32, tokens, width);
        var dh = b.Input("dh", NumberFormat.F32, tokens, width);
        var h = b.Output("h", NumberFormat.F32, tokens, width);
        var dgate = b.Output("dgate", NumberFormat.F32, tokens, width);
        var dup = b.Output("dup", NumberFormat.F32, tokens, width);
        var t = new Axis("t", tokens);
        Axis i = new("i", width), j = new("j", width), k = new("k", width);
        b.Map("Product", h[t, i], GateUp.Silu(gate[t, i]) * up[t, i], t, i);
        b.Map("Gate", dgate[t, j], dh[t, j] * up[t, j] * Slope(gate[t, j]), t, j);
        b.Map("Up", dup[t, k], dh[t, k] * GateUp.Silu(gate[t, k]), t, k);
        b.Cost.Work(20L * width * Amount.Tokens);
        b.Cost.Move(24L * width * Amount.Tokens);
        return new(b.Build(), t);
    }

    /// <summary>Of routed experts, token by token: the weight of an expert's answer gets h . (D^T dx), its hidden units get their share times that weight.</summary>
    public static PointAlgorithm Experts(string name, int width, int k)
    {
        var b = new KernelBuilder(name, "Experts' activation backward: the gradient of a routing weight is h . dh; h and dh are weighted for the expert's matrices.");
        var tokens = b.Scalar("tokens");
        var slot = b.Input("slot", NumberFormat.I32, tokens, k);
        var routing = b.Input("routing", NumberFormat.F32, tokens, k);
        var gate = b.Input("gate", NumberFormat.F32, 1, width);
        var up = b.Input("up", NumberFormat.F32, 1, width);
        var dh = b.Input("dh", NumberFormat.F32, 1, width);
        var h = b.Output("h", NumberFormat.F32, 1, width);
        var dgate = b.Output("dgate", NumberFormat.F32, 1, width);
        var dup = b.Output("dup", NumberFormat.F32, 1, width);
        var drouting = b.Output("drouting", NumberFormat.F32, tokens, k);
        var t = new Axis("t", tokens);
        Axis j0 = new("j", k), j1 = new("choice", k), j2 = new("pair", k), j3 = new("way", k);
        Axis i = new("i", width), m = new("m", width), n = new("n", width), o = new("o", width);
        Expr Silu(Expr s, Axis at) => GateUp.Silu(gate[s, at]);
        Expr s0 = slot[t, j0], s1 = slot[t, j1], s2 = slot[t, j2], s3 = slot[t, j3];
        b.Sum("Routing", drouting[t, j0], Silu(s0, i) * up[s0, i] * dh[s0, i], [t, j0], [i]);
        b.Map("Product", h[s1, m], Silu(s1, m) * up[s1, m] * routing[t, j1], t, j1, m);
        b.Map("Gate", dgate[s2, n], dh[s2, n] * routing[t, j2] * up[s2, n] * Slope(gate[s2, n]), t, j2, n);
        b.Map("Up", dup[s3, o], dh[s3, o] * routing[t, j3] * Silu(s3, o), t, j3, o);
        b.Cost.Work(24L * width * k * Amount.Tokens);
        b.Cost.Move(24L * width * k * Amount.Tokens);
        return new(b.Build(), t);
    }

    /// <summary>silu'(g).</summary>
    private static Expr Slope(Expr g)
    {
        Expr p = 1.0 / (1.0 + Expr.Exp(-1.0 * g));
        return p * (1.0 + g * (1.0 - p));
    }
}
