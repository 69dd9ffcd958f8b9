using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>Groups the chosen (token, expert) pairs by expert: a counting sort whose result every expert kernel reads.</summary>
internal static class Dispatch
{
    /// <summary>Parameters and costs.</summary>
    public static TensorKernel Kernel(string name, MixtureOfExpertsSpec e)
    {
        int count = e.NRoutedExperts, k = e.NumExpertsPerTok;
        var b = new KernelBuilder(name, "Dispatch: sorts the chosen (token, expert) pairs into slots grouped by expert, and lists the experts that have any.");
        var tokens = b.Scalar("tokens");
        b.Input("chosen", NumberFormat.I32, tokens, k);
        b.Output("slot", NumberFormat.I32, tokens, k);
        b.Output("slotToken", NumberFormat.I32, tokens, k);
        b.Output("expert", NumberFormat.I32, count);
        b.Output("offset", NumberFormat.I32, count + 1);
        b.Output("active", NumberFormat.I32, 1);
        b.Cost.Move(12L * k * Amount.Tokens + 8L * (count + 1));
        return b.Build();
    }

    public static LoweredKernel Define(string name, MixtureOfExpertsSpec e)
    {
        int count = e.NRoutedExperts, k = e.NumExpertsPerTok;
        var kernel = Kernel(name, e);
        var tokens = kernel.Scalars[0];
        var a = Arguments.Of(kernel);
        var l = new LoopBuilder();
        var next = l.Scratch("next", NumberFormat.I32, count);
        var active = l.Local("listed", NumberFormat.I32);
        var at = l.Local("at", NumberFormat.I32);
        l.For("item", 1, _ =>
        {
            l.For("e", count, i => l.Store(next, i, 0));
            l.For("s", tokens * k, s => l.Store(next, LoopBuilder.At(a["chosen"], s), LoopBuilder.At(next, LoopBuilder.At(a["chosen"], s)) + 1));
            l.Note("Counts become first slots.");
            l.Store(active, 0, 0);
            l.Store(at, 0, 0);
            l.For("e", count, i => l.If(new Binary(BinaryOp.Less, 0, LoopBuilder.At(next, i)), () =>
            {
                l.Store(a["expert"], LoopBuilder.At(active, 0), i);
                l.Store(a["offset"], LoopBuilder.At(active, 0), LoopBuilder.At(at, 0));
                l.Store(active, 0, LoopBuilder.At(active, 0) + 1);
                l.Store(at, 0, LoopBuilder.At(at, 0) + LoopBuilder.At(next, i));
                l.Store(next, i, LoopBuilder.At(at, 0) - LoopBuilder.At(next, i));
            }));
            l.Store(a["offset"], LoopBuilder.At(active, 0), LoopBuilder.At(at, 0));
            l.Note("Behind the list stand experts without slots: a device launches for as many as there could be.");
            l.For("e", Expr.Min(tokens * k, count), i => l.If(new Binary(BinaryOp.LessEqual, LoopBuilder.At(active, 0), i), () =>
            {
                l.Store(a["expert"], i, 0);
                l.Store(a["offset"], i + 1, LoopBuilder.At(at, 0));
            }));
            l.Store(a["active"], 0, LoopBuilder.At(active, 0));
            l.For("t", tokens, t => l.For("k", k, j =>
            {
                Expr pair = t * k + j, own = LoopBuilder.At(a["chosen"], pair);
                l.Store(a["slot"], pair, LoopBuilder.At(next, own));
                l.Store(a["slotToken"], LoopBuilder.At(next, own), t);
                l.Store(next, own, LoopBuilder.At(next, own) + 1);
            }));
        }, LoopKind.Parallel);
        return Arguments.Kernel(kernel, a, 1, l.Body);
    }
}
