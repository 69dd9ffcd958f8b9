using System.Diagnostics;
using DeepSeekCompiler.Runtime.Execution;
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
        _tokens = Tokens(model.Info.VocabSize, longest);
    }

    /// <summary>The ids that are fed: the same for every model of one vocabulary.</summary>
    public static int[] Tokens(int vocabulary, int count)
    {
        var random = new Generation.RandomSource(1);
        var tokens = new int[count];
        for (int i = 0; i < count; i++) tokens[i] = (int)(random.NextSingle() * vocabulary);
        return tokens;
    }

    /// <summary>Seconds of a prompt of <paramref name="count"/> tokens from an empty cache, logits of the last.</summary>
    public Spread Prefill(int count) => Measure(() => PrefillOnce(count));

    /// <summary>Seconds a token of <paramref name="count"/> single steps behind a context.</summary>
    public Spread Decode(int context, int count) => Measure(() => DecodeOnce(context, count) / count);

    /// <summary>Where the time of a prompt goes.</summary>
    /// <param name="host">The threads of the model.</param>
    /// <param name="count">Tokens.</param>
    public KernelProfile PrefillByKernel(HostRun host, int count) => KernelProfile.Measure(host, () => PrefillOnce(count), () => PrefillOnce(count), _repetitions);

    /// <summary>Where the time of a step goes, of <paramref name="count"/> single steps behind a context.</summary>
    /// <param name="host">The threads of the model.</param>
    /// <param name="context">Tokens in front.</param>
    /// <param name="count">Steps.</param>
    public KernelProfile DecodeByKernel(HostRun host, int context, int count) =>
        KernelProfile.Measure(host, () => DecodeOnce(context, 1), () => DecodeOnce(context, count), _repetitions, count);

    /// <summary>Seconds of one prompt of <paramref name="count"/> tokens from an empty cache, logits of the last; nothing runs in front of it.</summary>
    public double PrefillOnce(int count)
    {
        _session.Rewind(0);
        long start = Stopwatch.GetTimestamp();
        _session.Forward(_tokens.AsSpan(0, count), _logits);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Seconds of <paramref name="count"/> single steps together behind a context, which is filled first where the cache does not hold it.</summary>
    public double DecodeOnce(int context, int count)
    {
        if (_session.Position < context)
        {
            _session.Rewind(0);
            _session.Forward(_tokens.AsSpan(0, context), [], LogitRows.None);
        }

        _session.Rewind(context);
        double seconds = 0;
        _session.Loop(() =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++) _session.Forward(_tokens.AsSpan(context + i, 1), _logits);
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        return seconds;
    }

    private Spread Measure(Func<double> once)
    {
        once();
        var seconds = new double[_repetitions];
        for (int i = 0; i < seconds.Length; i++) seconds[i] = once();
        return Spread.Of(seconds);
    }
}
