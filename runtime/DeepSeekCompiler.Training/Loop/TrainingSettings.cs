using System.Text.Json.Serialization;
using DeepSeekCompiler.Training.Optimization;

namespace DeepSeekCompiler.Training.Loop;

/// <summary>Everything that decides what a run computes, and how often it looks at itself. Defaults follow the DeepSeek-V3 report, section 4.2, where it says something.</summary>
public sealed record TrainingSettings
{
    public int Steps { get; init; } = 1000;

    /// <summary>Rows of a step.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Most rows that go through the pass at once; gradients are summed over several such micro-batches.</summary>
    public int MicroBatch { get; init; } = 8;

    /// <summary>Most tokens of a row.</summary>
    public int Length { get; init; } = 512;

    /// <summary>Threads; sums are split among them, so that another number gives other roundings.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Where the pass computes: <c>host</c>, <c>opencl:N</c> or <c>cuda:N</c>; devices round in ways of their own.</summary>
    public string Device { get; init; } = "host";

    /// <summary>What the projections multiply; the pass must be one of that precision.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<TrainingPrecision>))]
    public TrainingPrecision Precision { get; init; }

    /// <summary>Seed of the first weights and of the order of the data.</summary>
    public ulong Seed { get; init; }

    /// <summary>Standard deviation of the first weights; norms begin with 1.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 3e-3;

    public int WarmupSteps { get; init; } = 100;

    /// <summary>The last learning rate as a share of the highest.</summary>
    public double FinalShare { get; init; } = 0.02;

    public float Beta1 { get; init; } = 0.9f;

    public float Beta2 { get; init; } = 0.95f;

    public float WeightDecay { get; init; } = 0.1f;

    public double ClipNorm { get; init; } = 1;

    /// <summary>Weight of the MTP loss (lambda of the report).</summary>
    public double MtpWeight { get; init; } = 0.3;

    /// <summary>Its weight at the end.</summary>
    public double MtpFinalWeight { get; init; } = 0.1;

    /// <summary>From which share of the steps on it has that: 10 of the report's 14.8 trillion tokens.</summary>
    public double MtpFinalFrom { get; init; } = 10 / 14.8;

    /// <summary>How far a correction bias moves in a step (gamma of the report); 0 for no balancing.</summary>
    public double BalanceRate { get; init; } = 0.001;

    /// <summary>From which share of the steps on biases stay: 14.3 of the report's 14.8 trillion tokens.</summary>
    public double BalanceUntil { get; init; } = 14.3 / 14.8;

    /// <summary>Weight of the sequence-wise balance loss (alpha of the report, which takes 0.0001); 0 for none.</summary>
    public double BalanceLoss { get; init; }

    /// <summary>Steps from one look at the held-out rows to the next; 0 for the last step only.</summary>
    public int EvaluateEvery { get; init; } = 250;

    /// <summary>Steps from one checkpoint to the next; 0 for the last step only.</summary>
    public int CheckpointEvery { get; init; } = 250;

    /// <summary>Checkpoints that are kept, at least 2: the last one and the one to fall back to.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Settings that may differ when a run goes on: they change no number.</summary>
    internal TrainingSettings WithoutHabits() => this with { EvaluateEvery = 0, CheckpointEvery = 0, KeepCheckpoints = 0 };

    internal LearningRate Rates => new(LearningRate, WarmupSteps, Steps, FinalShare);

    internal AdamOptions Adam => new() { Beta1 = Beta1, Beta2 = Beta2, WeightDecay = WeightDecay, ClipNorm = ClipNorm };

    /// <param name="step">Counted from 1.</param>
    internal double MtpWeightAt(int step) => step > MtpFinalFrom * Steps ? MtpFinalWeight : MtpWeight;

    internal double BalanceRateAt(int step) => step > BalanceUntil * Steps ? 0 : BalanceRate;

    /// <exception cref="TrainingException">A setting makes no sense; one sentence.</exception>
    public void Check()
    {
        Least(nameof(Steps), Steps, 1);
        Least(nameof(Batch), Batch, 1);
        Least(nameof(MicroBatch), MicroBatch, 1);
        Least(nameof(Length), Length, 3);
        Least(nameof(Threads), Threads, 1);
        Least(nameof(WarmupSteps), WarmupSteps, 0);
        Least(nameof(EvaluateEvery), EvaluateEvery, 0);
        Least(nameof(CheckpointEvery), CheckpointEvery, 0);
        Least(nameof(KeepCheckpoints), KeepCheckpoints, 2);
        Least(nameof(LearningRate), LearningRate, 0);
        Least(nameof(InitializerRange), InitializerRange, 0);
        Least(nameof(WeightDecay), WeightDecay, 0);
        Least(nameof(ClipNorm), ClipNorm, 0);
        Least(nameof(MtpWeight), MtpWeight, 0);
        Least(nameof(MtpFinalWeight), MtpFinalWeight, 0);
        Least(nameof(BalanceRate), BalanceRate, 0);
        Least(nameof(BalanceLoss), BalanceLoss, 0);
        Share(nameof(FinalShare), FinalShare);
        Share(nameof(MtpFinalFrom), MtpFinalFrom);
        Share(nameof(BalanceUntil), BalanceUntil);
        Share(nameof(Beta1), Beta1);
        Share(nameof(Beta2), Beta2);
        if (Beta1 == 1 || Beta2 == 1) throw new TrainingException("A beta of 1 never forgets, and its moments stay 0; give less.");
    }

    private static void Least(string name, double value, double least)
    {
        if (!(value >= least && double.IsFinite(value))) throw new TrainingException(FormattableString.Invariant($"{name} is {value}; it should be a number of at least {least}."));
    }

    private static void Share(string name, double value)
    {
        if (!(value is >= 0 and <= 1)) throw new TrainingException(FormattableString.Invariant($"{name} is {value}; it should be a share from 0 to 1."));
    }
}
