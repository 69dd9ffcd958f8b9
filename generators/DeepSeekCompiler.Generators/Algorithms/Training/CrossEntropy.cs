using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Cross entropy of a tile of logits, which become their own gradients: with m the largest logit and s = sum exp(l - m), the loss is log(s) + (m - l[target])
/// and dl = (exp(l - m) / s - [target]) * factor. Tokens without a target have neither.</summary>
internal static class CrossEntropy
{
    public static PointAlgorithm Define(string name, int vocabulary)
    {
        var b = new KernelBuilder(name, "Cross entropy of a tile of logits: its parts m - l[target] and s, and the logits' gradients in their place.");
        var tokens = b.Scalar("tokens");
        var logits = b.InOut("logits", NumberFormat.F32, tokens, vocabulary);
        var target = b.Input("target", NumberFormat.I32, tokens);
        var factor = b.Input("factor", NumberFormat.F32, 1);
        var margin = b.Output("margin", NumberFormat.F32, tokens);
        var total = b.Output("total", NumberFormat.F32, tokens);
        var t = new Axis("t", tokens);
        Axis v = new("v", vocabulary), w = new("w", vocabulary), u = new("u", vocabulary);
        var most = b.Temp("most", t);
        var share = b.Temp("share", t);
        Expr has = new Binary(BinaryOp.LessEqual, 0, target[t]), at = Expr.Max(target[t], 0);
        b.Max("Most", most[t], logits[t, v], [t], v);
        b.Map("Margin", margin[t], new Select(has, most[t] - logits[t, at], 0.0), t);
        b.Map("Power", logits[t, w], Expr.Exp(logits[t, w] - most[t]), t, w);
        var sum = new Axis("summand", vocabulary);
        var raw = b.Temp("raw", t);
        b.Sum("Total", raw[t], logits[t, sum], [t], [sum]);
        b.Map("StoreTotal", total[t], new Select(has, raw[t], 1.0), t);
        b.Map("Share", share[t], new Select(has, factor[0] / raw[t], 0.0), t);
        b.Map("Gradient", logits[t, u], logits[t, u] * share[t], t, u);
        b.Map("Target", logits[t, at], logits[t, at] - new Select(has, factor[0], 0.0), t);
        b.Cost.Work(5L * vocabulary * Amount.Tokens);
        b.Cost.Move(8L * vocabulary * Amount.Tokens);
        return new(b.Build(), t);
    }
}
