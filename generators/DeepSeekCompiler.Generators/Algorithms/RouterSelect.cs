using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Chooses experts from router logits: scores, groups, the k best, their weights (DeepSeek-V3 report, equations 12 to 16; DeepSeek-V2
/// report, section 2.2.2). The correction bias chooses and never enters the weights; experts outside the kept groups are out.</summary>
internal static class RouterSelect
{
    private const double Out = -3e38;

    /// <summary>Parameters and costs.</summary>
    public static TensorKernel Kernel(string name, MixtureOfExpertsSpec e, NumberFormat biasFormat)
    {
        int count = e.NRoutedExperts, k = e.NumExpertsPerTok;
        bool biased = e.TopkMethod == TopkMethod.NoAuxTc, grouped = e.TopkMethod != TopkMethod.Greedy && e.NGroup > 1;
        var b = new KernelBuilder(name, $"Router: {(e.ScoringFunc == ScoringFunc.Sigmoid ? "sigmoid" : "softmax")} scores of {count} experts, "
            + (grouped ? $"the best {e.TopkGroup} of {e.NGroup} groups, " : "") + $"the best {k} of those, and their weights.");
        var tokens = b.Scalar("tokens");
        b.Input("logits", NumberFormat.F32, tokens, count);
        if (biased) b.Input("bias", biasFormat, count);
        b.Output("chosen", NumberFormat.I32, tokens, k);
        b.Output("routing", NumberFormat.F32, tokens, k);
        if (biased) b.Cost.Vector(count, biasFormat);
        b.Cost.Work((long)count * (k + 8) * Amount.Tokens);
        b.Cost.Move(4L * (count + 2 * k) * Amount.Tokens);
        return b.Build();
    }

    public static LoweredKernel Define(string name, MixtureOfExpertsSpec e, NumberFormat biasFormat)
    {
        int count = e.NRoutedExperts, k = e.NumExpertsPerTok;
        bool biased = e.TopkMethod == TopkMethod.NoAuxTc, grouped = e.TopkMethod != TopkMethod.Greedy && e.NGroup > 1;
        var kernel = Kernel(name, e, biasFormat);
        var tokens = kernel.Scalars[0];
        var arguments = Arguments.Of(kernel);
        Buffer logits = arguments["logits"], chosen = arguments["chosen"], routing = arguments["routing"];
        var l = new LoopBuilder();
        var score = l.Scratch("score", NumberFormat.F32, count);
        var choice = l.Scratch("choice", NumberFormat.F32, count);
        var group = grouped ? l.Scratch("group", NumberFormat.F32, e.NGroup) : null;
        var best = l.Local("best", NumberFormat.F32);
        var second = l.Local("second", NumberFormat.F32);
        var bestAt = l.Local("bestAt", NumberFormat.I32);
        l.For("t", tokens, t =>
        {
            Scores(l, e, logits, score, t, best, second);
            l.For("e", count, i => l.Store(choice, i, biased ? LoopBuilder.At(score, i) + LoopBuilder.At(arguments["bias"], i) : LoopBuilder.At(score, i)));
            if (group is not null) KeepGroups(l, e, choice, group, best, second, bestAt);
            l.Note("The k best, one after another.");
            l.Store(second, 0, 0.0);
            l.For("k", k, j =>
            {
                Best(l, choice, count, best, bestAt);
                l.Store(chosen, t * k + j, LoopBuilder.At(bestAt, 0));
                l.Store(routing, t * k + j, LoopBuilder.At(score, LoopBuilder.At(bestAt, 0)));
                l.Store(second, 0, LoopBuilder.At(second, 0) + LoopBuilder.At(score, LoopBuilder.At(bestAt, 0)));
                l.Store(choice, LoopBuilder.At(bestAt, 0), Out);
            });
            Expr factor = e.NormTopkProb && k > 1 ? e.EffectiveScale / (LoopBuilder.At(second, 0) + 1e-20) : e.EffectiveScale;
            if (factor is not Const { Value: 1 })
                l.For("w", k, j => l.Store(routing, t * k + j, LoopBuilder.At(routing, t * k + j) * factor));
        }, LoopKind.Parallel);
        return Arguments.Kernel(kernel, arguments, tokens, l.Body);
    }

    /// <summary>Scores of all experts of a token; <paramref name="most"/> and <paramref name="sum"/> are working memory.</summary>
    internal static void Scores(LoopBuilder l, MixtureOfExpertsSpec e, Buffer logits, Buffer score, Var t, Buffer most, Buffer sum)
    {
        int count = e.NRoutedExperts;
        if (e.ScoringFunc == ScoringFunc.Sigmoid)
        {
            l.For("e", count, i => l.Store(score, i, 1.0 / (1.0 + Expr.Exp(-1.0 * LoopBuilder.At(logits, t * count + i)))));
            return;
        }

        l.Store(most, 0, Out);
        l.Store(sum, 0, 0.0);
        l.For("e", count, i => l.Store(most, 0, Expr.Max(LoopBuilder.At(most, 0), LoopBuilder.At(logits, t * count + i))));
        l.For("e", count, i =>
        {
            l.Store(score, i, Expr.Exp(LoopBuilder.At(logits, t * count + i) - LoopBuilder.At(most, 0)));
            l.Store(sum, 0, LoopBuilder.At(sum, 0) + LoopBuilder.At(score, i));
        });
        l.For("e", count, i => l.Store(score, i, LoopBuilder.At(score, i) / LoopBuilder.At(sum, 0)));
    }

    private static void KeepGroups(LoopBuilder l, MixtureOfExpertsSpec e, Buffer choice, Buffer group, Buffer best, Buffer second, Buffer bestAt)
    {
        int size = e.NRoutedExperts / e.NGroup;
        bool two = e.TopkMethod == TopkMethod.NoAuxTc;
        l.Note(two ? "A group is worth its two best choices." : "A group is worth its best choice.");
        l.For("g", e.NGroup, g =>
        {
            l.Store(best, 0, Out);
            l.Store(second, 0, Out);
            l.For("e", size, i =>
            {
                Expr c = LoopBuilder.At(choice, g * size + i);
                l.Store(second, 0, Expr.Max(LoopBuilder.At(second, 0), Expr.Min(LoopBuilder.At(best, 0), c)));
                l.Store(best, 0, Expr.Max(LoopBuilder.At(best, 0), c));
            });
            l.Store(group, g, two ? LoopBuilder.At(best, 0) + LoopBuilder.At(second, 0) : LoopBuilder.At(best, 0));
        });
        l.Note("The experts of dropped groups are out.");
        l.For("drop", e.NGroup - e.TopkGroup, _ =>
        {
            l.Store(best, 0, -Out);
            l.Store(bestAt, 0, 0);
            l.For("g", e.NGroup, g => l.If(new Binary(BinaryOp.LessEqual, LoopBuilder.At(group, g), LoopBuilder.At(best, 0)), () =>
            {
                l.Store(best, 0, LoopBuilder.At(group, g));
                l.Store(bestAt, 0, g);
            }));
            l.Store(group, LoopBuilder.At(bestAt, 0), -Out);
            l.For("e", size, i => l.Store(choice, LoopBuilder.At(bestAt, 0) * size + i, Out));
        });
    }

    private static void Best(LoopBuilder l, Buffer choice, int count, Buffer best, Buffer bestAt)
    {
        l.Store(best, 0, Out);
        l.Store(bestAt, 0, 0);
        l.For("e", count, i => l.If(new Binary(BinaryOp.Less, LoopBuilder.At(best, 0), LoopBuilder.At(choice, i)), () =>
        {
            l.Store(best, 0, LoopBuilder.At(choice, i));
            l.Store(bestAt, 0, i);
        }));
    }
}
