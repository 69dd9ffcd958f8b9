using System.Diagnostics;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>Times a model: prompts of pseudo-random ids with a fixed seed, one warm-up run in front of each series.</summary>
public sealed class ModelBench
{
    private readonly Session _session;
    private readonly int _repetitions;
    private readonly int[] _tokens;
    private readonly float[] _logits;

    /// <param name="model">A bound model.</param>
    /// <param name="session">Long enough for all that is measured.</param>
    /// <param name="longest">Tokens of the longest context.</param>
    /// <param name="repetitions">Runs a figure.</param>
    public ModelBench(CompiledModel model, Session session, int longest, int repetitions)
    {
        _session = session;
        _repetitions = repetitions;
        _logits = new float[model.Info.VocabSize];
        var random = new Generation.RandomSource(1);
        _tokens = new int[longest];
        for (int i = 0; i < longest; i++) _tokens[i] = (int)(random.NextSingle() * model.Info.VocabSize);
    }

    /// <summary>Seconds of a prompt of <paramref name="count"/> tokens from an empty cache, logits of the last.</summary>
    public Spread Prefill(int count) => Measure(() =>
    {
        _session.Rewind(0);
        long start = Stopwatch.GetTimestamp();
        _session.Forward(_tokens.AsSpan(0, count), _logits);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    });

    /// <summary>Seconds a token of <paramref name="count"/> single steps behind a context.</summary>
    public Spread Decode(int context, int count) => Measure(() =>
    {
        if (_session.Position < context)
        {
            _session.Rewind(0);
            _session.Forward(_tokens.AsSpan(0, context), [], LogitRows.None);
        }

        _session.Rewind(context);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < count; i++) _session.Forward(_tokens.AsSpan(context + i, 1), _logits);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / count;
    });

    /// <summary>Where the time of a prompt of <paramref name="count"/> tokens goes: calls and seconds of every kernel, in one run after a warm one.</summary>
    /// <param name="host">The threads of the model.</param>
    /// <param name="count">Tokens.</param>
    public IReadOnlyList<(string Kernel, int Calls, double Seconds)> Kernels(Execution.HostRun host, int count)
    {
        var clock = new Execution.KernelClock();
        for (int i = 0; i < 2; i++)
        {
            clock.Reset();
            host.Clock = clock;
            _session.Rewind(0);
            _session.Forward(_tokens.AsSpan(0, count), _logits);
            host.Clock = null;
        }

        return clock.Kernels;
    }

    private Spread Measure(Func<double> once)
    {
        once();
        var seconds = new double[_repetitions];
        for (int i = 0; i < seconds.Length; i++) seconds[i] = once();
        return Spread.Of(seconds);
    }
}
