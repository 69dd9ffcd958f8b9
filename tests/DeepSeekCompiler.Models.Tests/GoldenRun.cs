using DeepSeekCompiler.Runtime.Generation;
using DeepSeekCompiler.Runtime.Models;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Models.Tests;

/// <summary>A compiled model against one golden case: prefill, decode through the cache, one by one, both forms of attention, the MTP module.</summary>
internal static class GoldenRun
{
    public static void Check(GoldenCase golden, CompiledModel model, double limit, double hidden = Tolerances.Hidden)
    {
        foreach (var form in new[] { AttentionForm.Auto, AttentionForm.Expanded, AttentionForm.Absorbed })
        {
            Prefill(golden, model, form, limit, hidden);
            OneByOne(golden, model, form, limit);
        }

        if (model.Info.NumNextnPredictLayers > 0) Mtp(golden, model, limit);
    }

    /// <summary>Logits of the prompt as a whole, for arithmetic whose rounding may move a routing decision: rows that agree are counted.</summary>
    public static void CheckLogits(GoldenCase golden, CompiledModel model, double limit, double share)
    {
        int vocabulary = model.Info.VocabSize;
        using var session = new Session(model, 512);
        var logits = new float[golden.Prompt.Length * vocabulary];
        session.Forward(golden.Prompt, logits, LogitRows.All);
        var rows = new RowComparison(vocabulary, share, limit);
        rows.Add(golden.Floats("logits"), logits, golden.Name);
        rows.Check();
    }

    private static void Prefill(GoldenCase golden, CompiledModel model, AttentionForm form, double limit, double hidden)
    {
        int vocabulary = model.Info.VocabSize, count = golden.Prompt.Length;
        using var session = new Session(model, 512) { Form = form };
        var observer = new GoldenObserver(golden, count, model.Info.HiddenSize, hidden);
        session.Observer = observer;
        var logits = new float[count * vocabulary];
        session.Forward(golden.Prompt, logits, LogitRows.All);
        Assert.True(observer.Difference is null, $"{golden.Name}, {form}: {observer.Difference}");
        Compare.Rows(golden.Floats("logits"), logits, vocabulary, $"{golden.Name}, {form}, prefill", limit);
        session.Observer = null;
        if (golden.Generated.Length > 0) Greedy(golden, 0, logits.AsSpan((count - 1) * vocabulary));
        var decoded = golden.Floats("decode.logits");
        var row = new float[vocabulary];
        for (int k = 0; k + 1 < golden.Generated.Length; k++)
        {
            session.Forward([golden.Generated[k]], row);
            Compare.Rows(decoded.AsSpan((k + 1) * vocabulary, vocabulary), row, vocabulary, $"{golden.Name}, {form}, decode step {k + 1}", limit);
            Greedy(golden, k + 1, row);
        }
    }

    private static void Greedy(GoldenCase golden, int step, ReadOnlySpan<float> row) =>
        Assert.True(Sampler.Best(row) == golden.Generated[step], $"{golden.Name}: greedy token {step} is {Sampler.Best(row)}, expected {golden.Generated[step]}");

    private static void OneByOne(GoldenCase golden, CompiledModel model, AttentionForm form, double limit)
    {
        int vocabulary = model.Info.VocabSize;
        using var session = new Session(model, 512) { Form = form };
        var row = new float[vocabulary];
        var logits = golden.Floats("logits");
        for (int k = 0; k < golden.Prompt.Length; k++)
        {
            session.Forward([golden.Prompt[k]], row);
            Compare.Rows(logits.AsSpan(k * vocabulary, vocabulary), row, vocabulary, $"{golden.Name}, {form}, token {k} by itself", limit);
        }
    }

    private static void Mtp(GoldenCase golden, CompiledModel model, double limit)
    {
        int vocabulary = model.Info.VocabSize;
        int[] full = [.. golden.Longs("mtp.full_tokens").Select(t => (int)t)];
        using var session = new Session(model, 512);
        session.Forward(full, [], LogitRows.None);
        session.Rewind(full.Length - 1);
        var logits = new float[(full.Length - 1) * vocabulary];
        session.Draft(full.AsSpan(1), logits, LogitRows.All);
        Compare.Rows(golden.Floats("mtp.logits"), logits, vocabulary, $"{golden.Name}, MTP", limit);
    }
}
