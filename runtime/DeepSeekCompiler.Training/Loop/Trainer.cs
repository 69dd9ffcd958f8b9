using System.Diagnostics;
using DeepSeekCompiler.Runtime.Training;
using DeepSeekCompiler.Training.Balance;
using DeepSeekCompiler.Training.Checkpoints;
using DeepSeekCompiler.Training.Data;
using DeepSeekCompiler.Training.Optimization;

namespace DeepSeekCompiler.Training.Loop;

/// <summary>Takes steps: micro-batches forward and backward, an AdamW update, the correction biases moved.</summary>
/// <remarks>What step n does follows from the settings, the rows and the state after step n - 1 alone, bit for bit.</remarks>
public sealed unsafe class Trainer : IDisposable
{
    private const ulong OrderStream = 1;

    private readonly TrainingPass _pass;
    private readonly AdamW _adam;
    private readonly BatchReader _reader;
    private readonly LearningRate _rates;
    private readonly bool _mtp;
    private long _tokens;

    /// <summary>Makes the first weights.</summary>
    /// <param name="pass">Large enough for the micro-batches; it stays the caller's.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="rows">What is learned.</param>
    /// <exception cref="TrainingException">The settings make no sense, or do not go with the pass or the rows.</exception>
    public Trainer(TrainingPass pass, TrainingSettings settings, IRowSource rows)
    {
        ArgumentNullException.ThrowIfNull(pass);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(rows);
        settings.Check();
        if (pass.MaxBatch < settings.MicroBatch || pass.MaxRow < rows.Length)
            throw new TrainingException(FormattableString.Invariant($"Micro-batches of {settings.MicroBatch} rows of {rows.Length} tokens do not fit a pass for {pass.MaxBatch} rows of {pass.MaxRow}."));
        if (pass.Layout.Precision != settings.Precision)
            throw new TrainingException(FormattableString.Invariant($"The settings say {settings.Precision}, but the projections of this pass multiply {pass.Layout.Precision}."));
        if (rows.VocabSize > pass.Layout.Info.VocabSize)
            throw new TrainingException(FormattableString.Invariant($"The data has ids up to {rows.VocabSize - 1}, but the model's vocabulary is {pass.Layout.Info.VocabSize}."));
        (_pass, Settings, _rates) = (pass, settings, settings.Rates);
        _mtp = pass.Layout.Info.NumNextnPredictLayers > 0;
        _adam = new AdamW(pass, settings.Adam);
        _reader = new BatchReader(rows, SplitMix.Mix(settings.Seed, OrderStream), settings.Batch, settings.MicroBatch);
        Initializer.Fill(pass, settings.Seed, settings.InitializerRange);
    }

    public TrainingSettings Settings { get; }

    /// <summary>Steps done.</summary>
    public int Step => _adam.Step;

    /// <summary>What a checkpoint says beside the tensors.</summary>
    public TrainingState State => new() { Step = Step, Position = _reader.Position, Tokens = _tokens, Settings = Settings };

    /// <summary>Everything a step changes, where it lies.</summary>
    public IReadOnlyList<StateTensor> Tensors
    {
        get
        {
            var tensors = new List<StateTensor>();
            for (int p = 0; p < _pass.Parameters.Count; p++)
            {
                var parameter = _pass.Parameters[p];
                tensors.Add(new StateTensor(parameter.Name, (nint)parameter.Values, parameter.Count));
                tensors.Add(new StateTensor(parameter.Name + ".first_moment", (nint)_adam.First(p), parameter.Count));
                tensors.Add(new StateTensor(parameter.Name + ".second_moment", (nint)_adam.Second(p), parameter.Count));
            }

            foreach (var layer in _pass.ExpertLayers)
            {
                if (layer.BiasName is { } name) tensors.Add(new StateTensor(name, (nint)layer.Bias, layer.Load.Length));
            }

            return tensors;
        }
    }

    /// <summary>Goes on from a state whose tensors have been read into <see cref="Tensors"/>.</summary>
    /// <exception cref="TrainingException">The state is of a run with other settings.</exception>
    public void Restore(TrainingState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Settings.WithoutHabits() != Settings.WithoutHabits())
            throw new TrainingException(FormattableString.Invariant($"The checkpoint of step {state.Step} was made with other settings ({SettingsJson.Difference(state.Settings, Settings)}); go on with the same ones, or start in another folder."));
        (_adam.Step, _reader.Position, _tokens) = (state.Step, state.Position, state.Tokens);
    }

    /// <summary>Takes the next step.</summary>
    /// <exception cref="TrainingException">The gradient is not finite; nothing was updated.</exception>
    public StepReport Train()
    {
        long start = Stopwatch.GetTimestamp();
        int step = Step + 1;
        double rate = _rates.At(step), mtpWeight = _mtp ? Settings.MtpWeightAt(step) : 0;
        var batch = _reader.Next();
        long main = batch.Sum(m => m.MainTargets), mtp = batch.Sum(m => m.MtpTargets), tokens = batch.Sum(m => m.Tokens.LongCount(t => t >= 0));
        double loss = 0, mtpLoss = 0, balance = 0;
        _pass.ClearGradients();
        foreach (var micro in batch)
        {
            // Every token of the batch weighs the same, in whichever micro-batch it is.
            double mainShare = Share(micro.MainTargets, main), mtpShare = Share(micro.MtpTargets, mtp), rowShare = micro.Rows / (double)Settings.Batch;
            var one = _pass.Accumulate(micro.Tokens, micro.Rows, micro.Length, new LossOptions { MainScale = mainShare, MtpScale = mtpWeight * mtpShare, BalanceScale = Settings.BalanceLoss * rowShare });
            loss += one.Main * mainShare;
            mtpLoss += one.Mtp * mtpShare;
            balance += one.Balance * rowShare;
        }

        double norm = _adam.Update(rate);
        _tokens += tokens;
        double[] violations = [.. _pass.ExpertLayers.Select(layer => ExpertBalancer.MaxViolation(layer.Load))];
        double entropy = _pass.ExpertLayers.Select(layer => ExpertBalancer.LoadEntropy(layer.Load)).DefaultIfEmpty(1).Min();
        foreach (var layer in _pass.ExpertLayers) ExpertBalancer.Move(layer, (float)Settings.BalanceRateAt(step));
        return new StepReport
        {
            Step = step, StepTokens = tokens, Tokens = _tokens, Loss = loss, MtpLoss = mtpLoss, BalanceLoss = balance, GradientNorm = norm, LearningRate = rate,
            MtpWeight = mtpWeight, MaxViolations = violations, LoadEntropy = entropy, Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
    }

    /// <summary>Losses on rows, without learning from them.</summary>
    public EvaluationReport Evaluate(IRowSource rows)
    {
        double loss = 0, mtpLoss = 0;
        long main = 0, mtp = 0;
        var options = new LossOptions { Backward = false };
        _pass.ClearGradients();
        foreach (var micro in BatchReader.All(rows, Settings.MicroBatch))
        {
            var one = _pass.Accumulate(micro.Tokens, micro.Rows, micro.Length, options);
            (loss, main) = (loss + (one.Main * one.MainTokens), main + one.MainTokens);
            (mtpLoss, mtp) = (mtpLoss + (one.Mtp * one.MtpTokens), mtp + one.MtpTokens);
        }

        return new EvaluationReport(Step, loss / Math.Max(1, main), main, mtpLoss / Math.Max(1, mtp), mtp, [.. _pass.ExpertLayers.Select(layer => (long[])layer.Load.Clone())]);
    }

    /// <inheritdoc/>
    public void Dispose() => _adam.Dispose();

    private static double Share(long part, long whole) => whole == 0 ? 0 : part / (double)whole;
}
