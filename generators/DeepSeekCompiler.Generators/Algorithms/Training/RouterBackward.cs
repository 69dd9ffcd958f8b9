using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Gradient of the router's logits. Chosen weights are w_j = f s_j / sum_c s_c (or f s_j): ds_j = f (dw_j / S - sum_c dw_c s_c / S^2). The balance loss adds
/// its part through s' = s / sum_e s. The choice itself, and with it the correction bias, has no gradient.</summary>
internal static class RouterBackward
{
    public static LoweredKernel Define(string name, MixtureOfExpertsSpec e)
    {
        int count = e.NRoutedExperts, k = e.NumExpertsPerTok;
        var b = new KernelBuilder(name, "Router backward: gradients of the logits from those of the routing weights and of the balance loss; choosing has none.");
        var tokens = b.Scalar("tokens");
        var first = b.Scalar("first");
        var length = b.Scalar("length");
        b.Input("logits", NumberFormat.F32, tokens, count);
        b.Input("chosen", NumberFormat.I32, tokens, k);
        b.Input("drouting", NumberFormat.F32, tokens, k);
        b.Input("slope", NumberFormat.F32, 1, count);
        b.Output("dlogits", NumberFormat.F32, tokens, count);
        b.Cost.Work(20L * count * Amount.Tokens);
        b.Cost.Move(8L * count * Amount.Tokens);
        var kernel = b.Build();
        var a = Arguments.Of(kernel);
        Buffer logits = a["logits"], chosen = a["chosen"], drouting = a["drouting"], slope = a["slope"], dlogits = a["dlogits"];
        var l = new LoopBuilder();
        var score = l.Scratch("score", NumberFormat.F32, count);
        var ds = l.Scratch("ds", NumberFormat.F32, count);
        var sum = l.Local("sum", NumberFormat.F32);
        var dot = l.Local("dot", NumberFormat.F32);
        l.For("t", tokens, t =>
        {
            RouterSelect.Scores(l, e, logits, score, t, dot, sum);
            l.Note("The balance loss, through scores over their sum.");
            Sums(l, count, sum, dot, i => LoopBuilder.At(score, i), i => LoopBuilder.At(slope, (first + t) / length * count + i) * LoopBuilder.At(score, i));
            l.For("e", count, i => l.Store(ds, i, (LoopBuilder.At(slope, (first + t) / length * count + i) - LoopBuilder.At(dot, 0) / LoopBuilder.At(sum, 0)) / LoopBuilder.At(sum, 0)));
            l.Note("The weights of the chosen.");
            Expr Chosen(Expr j) => LoopBuilder.At(chosen, t * k + j);
            Sums(l, k, sum, dot, j => LoopBuilder.At(score, Chosen(j)), j => LoopBuilder.At(drouting, t * k + j) * LoopBuilder.At(score, Chosen(j)));
            l.For("k", k, j => l.Store(ds, Chosen(j), LoopBuilder.At(ds, Chosen(j)) + e.EffectiveScale * (e.Normalizes
                ? (LoopBuilder.At(drouting, t * k + j) - LoopBuilder.At(dot, 0) / (LoopBuilder.At(sum, 0) + 1e-20)) / (LoopBuilder.At(sum, 0) + 1e-20)
                : LoopBuilder.At(drouting, t * k + j))));
            if (e.ScoringFunc == ScoringFunc.Sigmoid)
            {
                l.For("e", count, i => l.Store(dlogits, t * count + i, LoopBuilder.At(ds, i) * LoopBuilder.At(score, i) * (1.0 - LoopBuilder.At(score, i))));
                return;
            }

            Sums(l, count, sum, dot, i => LoopBuilder.At(score, i), i => LoopBuilder.At(ds, i) * LoopBuilder.At(score, i));
            l.For("e", count, i => l.Store(dlogits, t * count + i, LoopBuilder.At(score, i) * (LoopBuilder.At(ds, i) - LoopBuilder.At(dot, 0))));
        }, LoopKind.Parallel);
        return Arguments.Kernel(kernel, a, tokens, l.Body);
    }

    private static void Sums(LoopBuilder l, int count, Buffer sum, Buffer dot, System.Func<Var, Expr> term, System.Func<Var, Expr> product)
    {
        l.Store(sum, 0, 0.0);
        l.Store(dot, 0, 0.0);
        l.For("s", count, i =>
        {
            l.Store(sum, 0, LoopBuilder.At(sum, 0) + term(i));
            l.Store(dot, 0, LoopBuilder.At(dot, 0) + product(i));
        });
    }
}
