using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.Generators.Algorithms.Training;

/// <summary>Sequence-wise balance loss (DeepSeek-V3 report, equations 17 to 20): sum_i f_i P_i with f_i = E / (k T) times how often expert i was chosen and P_i the
/// mean of its normalised score; and its slope with respect to a normalised score, factor f_i / T. f has no gradient.</summary>
internal static class BalanceLoss
{
    public static LoweredKernel Define(string name, MixtureOfExpertsSpec e)
    {
        int count = e.NRoutedExperts, k = e.NumExpertsPerTok;
        var b = new KernelBuilder(name, "Sequence-wise balance loss of every row, and its slope with respect to a token's normalised scores.");
        var batch = b.Scalar("batch");
        var length = b.Scalar("length");
        b.Input("logits", NumberFormat.F32, 1, count);
        b.Input("chosen", NumberFormat.I32, 1, k);
        b.Input("factor", NumberFormat.F32, 1);
        b.Output("loss", NumberFormat.F32, batch);
        b.Output("slope", NumberFormat.F32, batch, count);
        b.Cost.Work(8L * count * Amount.Batch * Amount.Length);
        b.Cost.Move(4L * count * Amount.Batch * Amount.Length);
        var kernel = b.Build();
        var a = Arguments.Of(kernel);
        Buffer logits = a["logits"], chosen = a["chosen"], factor = a["factor"], loss = a["loss"], slope = a["slope"];
        var l = new LoopBuilder();
        var score = l.Scratch("score", NumberFormat.F32, count);
        var mean = l.Scratch("mean", NumberFormat.F32, count);
        var most = l.Local("most", NumberFormat.F32);
        var sum = l.Local("sum", NumberFormat.F32);
        l.For("row", batch, row =>
        {
            l.For("e", count, i =>
            {
                l.Store(mean, i, 0.0);
                l.Store(slope, row * count + i, 0.0);
            });
            l.For("p", length, p =>
            {
                var t = l.Let("t", row * length + p);
                RouterSelect.Scores(l, e, logits, score, t, most, sum);
                l.Store(sum, 0, 0.0);
                l.For("e", count, i => l.Store(sum, 0, LoopBuilder.At(sum, 0) + LoopBuilder.At(score, i)));
                l.For("e", count, i => l.Store(mean, i, LoopBuilder.At(mean, i) + LoopBuilder.At(score, i) / LoopBuilder.At(sum, 0)));
                l.For("k", k, j => l.Store(slope, row * count + LoopBuilder.At(chosen, t * k + j), LoopBuilder.At(slope, row * count + LoopBuilder.At(chosen, t * k + j)) + 1.0));
            });
            l.Note("Counts become f.");
            l.Store(sum, 0, 0.0);
            Expr tokens = new Cast(length);
            Expr Share(Expr i) => LoopBuilder.At(slope, row * count + i) * ((double)count / k) / tokens;
            // Two loops: PoCL was seen to read slope for the sum only after the next store had changed it.
            l.For("e", count, i => l.Store(sum, 0, LoopBuilder.At(sum, 0) + Share(i) * (LoopBuilder.At(mean, i) / tokens)));
            l.For("e", count, i => l.Store(slope, row * count + i, Share(i) * LoopBuilder.At(factor, 0) / tokens));
            l.Store(loss, row, LoopBuilder.At(sum, 0));
        }, LoopKind.Parallel);
        return Arguments.Kernel(kernel, a, batch, l.Body);
    }
}
