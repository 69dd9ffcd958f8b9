using System.Diagnostics;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>Generates tokens from a prompt, plainly or with the model's own MTP module as a draft.</summary>
/// <remarks>The main model always has the last word, so greedy output is that of plain generation, token for token.</remarks>
public sealed class TextGenerator
{
    private readonly ISequence _sequence;
    private readonly GenerationOptions _options;
    private readonly Sampler _sampler;
    private readonly HashSet<int> _stops;
    private readonly float[] _logits;
    private readonly float[] _target;
    private readonly int[] _fed = new int[1];
    private SpeculativeSteps? _speculative;

    /// <param name="sequence">What is fed and asked; it holds the prompt so far.</param>
    /// <param name="options">How long, how deep to draft, and how to draw.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TextGenerator(ISequence sequence, GenerationOptions options)
    {
        options.Check();
        _sequence = sequence;
        _options = options;
        _sampler = new Sampler(options.Sampling, sequence.VocabSize);
        _stops = [.. options.StopTokens];
        _logits = new float[sequence.VocabSize];
        _target = new float[sequence.VocabSize];
    }

    /// <summary>Feeds the prompt at the sequence's position and generates until a stop token, the limit, the end of the context, or cancellation. Behind it the
    /// sequence holds the prompt and what was given out, the last token excepted where generation ended with it.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="onToken">Gets every token as it is certain, on the model's own thread. It must not wait for another thread that waits for a step of this model.</param>
    /// <param name="cancellation">Ends generation after the current step.</param>
    /// <exception cref="ArgumentException">The prompt is empty.</exception>
    /// <exception cref="InvalidOperationException">The prompt is longer than the context has room.</exception>
    public GenerationStatistics Run(ReadOnlySpan<int> prompt, Action<int> onToken, CancellationToken cancellation = default)
    {
        if (prompt.Length == 0) throw new ArgumentException("The prompt has no tokens; give at least one.");
        bool speculative = _options.Speculative && _sequence.CanDraft;
        if (speculative) _speculative ??= new SpeculativeSteps(_sequence, _sampler, _options.DraftDepth);
        var watch = Stopwatch.StartNew();
        _sequence.Forward(prompt, _logits, LogitRows.Last, speculative);
        var prefill = watch.Elapsed;
        watch.Restart();
        int token = Choose();
        var run = new Progress(this, onToken, cancellation);
        var counts = speculative ? _speculative!.Counts : new StepCounts();
        counts.Clear();
        _sequence.Loop(() =>
        {
            int left = run.Emit(token);
            if (!speculative || _speculative!.Run(ref token, ref left, run.Emit)) RunPlain(token, left, run, counts);
        });
        return counts.Statistics(prompt.Length, prefill, run.Tokens, watch.Elapsed);
    }

    private int Choose()
    {
        if (_sampler.IsGreedy) return Sampler.Best(_logits);
        _sampler.Distribution(_logits, _target);
        return _sampler.Draw(_target);
    }

    private void RunPlain(int token, int left, Progress run, StepCounts counts)
    {
        while (left > 0 && _sequence.Position < _sequence.MaxTokens)
        {
            _fed[0] = token;
            _sequence.Forward(_fed, _logits, LogitRows.Last, false);
            counts.Steps++;
            token = Choose();
            left = run.Emit(token);
        }
    }

    /// <summary>What was given out.</summary>
    private sealed class Progress(TextGenerator owner, Action<int> onToken, CancellationToken cancellation)
    {
        public int Tokens { get; private set; }

        /// <summary>Tokens that may still come.</summary>
        private int Left => owner._options.MaxTokens - Tokens;

        /// <summary>Gives a token out, unless it ends the text; returns how many may follow.</summary>
        public int Emit(int token)
        {
            if (Left == 0 || owner._stops.Contains(token)) return 0;
            Tokens++;
            onToken(token);
            return cancellation.IsCancellationRequested ? 0 : Left;
        }
    }
}
