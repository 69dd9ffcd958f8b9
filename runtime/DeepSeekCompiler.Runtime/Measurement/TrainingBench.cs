using System.Diagnostics;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>Times a training pass on one micro-batch of pseudo-random ids, the pass' largest; weights are random too.</summary>
public sealed class TrainingBench
{
    private static readonly LossOptions s_forward = new() { Backward = false };
    private static readonly LossOptions s_both = new();

    private readonly TrainingPass _pass;
    private readonly int _repetitions;
    private readonly int[] _tokens;

    /// <param name="pass">Its parameters are overwritten.</param>
    /// <param name="repetitions">Runs a figure.</param>
    public unsafe TrainingBench(TrainingPass pass, int repetitions)
    {
        ArgumentNullException.ThrowIfNull(pass);
        (_pass, _repetitions) = (pass, repetitions);
        var random = new Generation.RandomSource(1);
        foreach (var p in pass.Parameters)
        {
            float scale = MathF.Sqrt(3f / p.Columns);
            for (long i = 0; i < p.Count; i++) p.Values[i] = p.IsVector ? 1 : ((2 * random.NextSingle()) - 1) * scale;
        }

        _tokens = new int[pass.MaxBatch * pass.MaxRow];
        for (int i = 0; i < _tokens.Length; i++) _tokens[i] = (int)(random.NextSingle() * pass.Layout.Info.VocabSize);
    }

    /// <summary>Tokens of the micro-batch.</summary>
    public int Tokens => _tokens.Length;

    /// <summary>Floating-point operations of the forward pass, two a weight that a token is multiplied with; attention scores are not counted. Backward has twice as many.</summary>
    public double ForwardFlops => 2.0 * ((_pass.Layout.Info.ActiveParameters * (double)Tokens) + (_pass.Layout.MtpActiveParameters * (double)(Tokens - _pass.MaxBatch)));

    /// <summary>Seconds of the losses alone, and of losses and gradients, taken in turns.</summary>
    public (Spread Forward, Spread Both) Measure()
    {
        var seconds = (Forward: new double[_repetitions], Both: new double[_repetitions]);
        for (int i = -1; i < _repetitions; i++)
        {
            double forward = Seconds(s_forward), both = Seconds(s_both);
            if (i >= 0) (seconds.Forward[i], seconds.Both[i]) = (forward, both);
        }

        return (Spread.Of(seconds.Forward), Spread.Of(seconds.Both));
    }

    /// <summary>Where the time of losses and gradients goes.</summary>
    public KernelProfile ByKernel() => KernelProfile.Measure(_pass.Run, () => Seconds(s_both), () => Seconds(s_both), _repetitions);

    private double Seconds(LossOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        _pass.Accumulate(_tokens, _pass.MaxBatch, _pass.MaxRow, options);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
