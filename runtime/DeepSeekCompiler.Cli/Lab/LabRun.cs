using DeepSeekCompiler.Compile;
using DeepSeekCompiler.Runtime.Tokenizers;
using DeepSeekCompiler.Training.Data;
using DeepSeekCompiler.Training.Loop;
using DeepSeekCompiler.Training.Stories;

namespace DeepSeekCompiler.Cli.Lab;

/// <summary>What became of a variant with a seed.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="AttentionParameters">Those of the attention of one block.</param>
/// <param name="Evaluations">Held-out losses and loads on the way.</param>
/// <param name="TokensPerSecond">In training.</param>
internal sealed record LabRun(LabVariant Variant, ulong Seed, long Parameters, long AttentionParameters, IReadOnlyList<EvaluationReport> Evaluations, double TokensPerSecond)
{
    private const int HeldOut = 64;
    private const int Evaluated = 10;

    /// <summary>After the last step.</summary>
    public EvaluationReport Last => Evaluations[^1];

    /// <summary>The held-out stories are the same for all seeds; those of training are a seed's own.</summary>
    public static double Floor(ModelTokenizer tokenizer, int length) => StoryFloor.Of(new StoryCorpus(0), tokenizer, length, HeldOut) ?? throw new UserException($"A held-out story is longer than {length} tokens.");

    public static LabRun Do(LabVariant variant, ModelTokenizer tokenizer, int steps, ulong seed, int threads, Action<StepReport> onStep)
    {
        var settings = variant.Settings with { Steps = steps, WarmupSteps = steps / 10, Seed = seed, Threads = threads };
        using var pass = TrainingCompiler.Open(variant.Model, new TrainingOptions { Batch = settings.MicroBatch, Length = settings.Length, Threads = threads });
        using var trainer = new Trainer(pass, settings, StoryRows.Training(new StoryCorpus(seed + 1), tokenizer, settings.Length));
        var heldOut = StoryRows.HeldOut(new StoryCorpus(0), tokenizer, settings.Length, HeldOut);
        var evaluations = new List<EvaluationReport>();
        double seconds = 0;
        long tokens = 0;
        while (trainer.Step < steps)
        {
            var report = trainer.Train();
            (seconds, tokens) = (seconds + report.Seconds, tokens + report.StepTokens);
            onStep(report);
            if (trainer.Step == steps || trainer.Step % Math.Max(1, steps / Evaluated) == 0) evaluations.Add(trainer.Evaluate(heldOut));
        }

        long attention = pass.Parameters.Where(p => p.Name.StartsWith("model.layers.0.self_attn.", StringComparison.Ordinal) && !p.IsVector).Sum(p => p.Count);
        return new LabRun(variant, seed, pass.Parameters.Sum(p => p.Count), attention, evaluations, tokens / seconds);
    }
}
