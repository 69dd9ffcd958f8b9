using System.Diagnostics;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>Generates tokens from a prompt, plainly or with the model's own MTP module as a draft.</summary>
/// <remarks>A speculative step feeds the last token and its draft together; where the main model agrees with the draft, two tokens come of one step. The
/// main model always has the last word, so greedy output is that of plain generation, token for token.</remarks>
public sealed class TextGenerator
{
    private readonly ISequence _sequence;
    private readonly GenerationOptions _options;
    private readonly Sampler _sampler;
    private readonly HashSet<int> _stops;
    private readonly float[] _logits;
    private readonly float[] _target;
    private readonly float[] _proposal;
    private readonly int[] _fed = new int[2];

    public TextGenerator(ISequence sequence, GenerationOptions options)
    {
        if (options.MaxTokens < 0) throw new ArgumentException($"{options.MaxTokens} tokens cannot be generated; ask for 0 or more.");
        _sequence = sequence;
        _options = options;
        _sampler = new Sampler(options.Sampling, sequence.VocabSize);
        _stops = [.. options.StopTokens];
        _logits = new float[2 * sequence.VocabSize];
        _target = new float[sequence.VocabSize];
        _proposal = new float[sequence.VocabSize];
    }

    /// <summary>Feeds the prompt at the sequence's position and generates until a stop token, the limit, the end of the context, or cancellation.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="onToken">Gets every token as it is certain, on the model's own thread. It must not wait for another thread that waits for a step of this model.</param>
    /// <param name="cancellation">Ends generation after the current step.</param>
    /// <exception cref="ArgumentException">The prompt is empty or longer than the context.</exception>
    public GenerationStatistics Run(ReadOnlySpan<int> prompt, Action<int> onToken, CancellationToken cancellation = default)
    {
        if (prompt.Length == 0) throw new ArgumentException("The prompt has no tokens; give at least one.");
        bool speculative = _options.Speculative && _sequence.HasDraft;
        var watch = Stopwatch.StartNew();
        _sequence.Forward(prompt, Row(0), LogitRows.Last, speculative);
        var prefill = watch.Elapsed;
        watch.Restart();
        var count = new Counts();
        int token = Choose(Row(0));
        _sequence.Loop(() =>
        {
            if (speculative) RunSpeculative(token, onToken, count, cancellation);
            else RunPlain(token, onToken, count, cancellation);
        });
        return new GenerationStatistics
        {
            PromptTokens = prompt.Length, Prefill = prefill, Tokens = count.Tokens, Decode = watch.Elapsed, Drafts = count.Drafts, Accepted = count.Accepted,
        };
    }

    private Span<float> Row(int row) => _logits.AsSpan(row * _sequence.VocabSize, _sequence.VocabSize);

    private int Choose(ReadOnlySpan<float> logits)
    {
        if (_sampler.IsGreedy) return Sampler.Best(logits);
        _sampler.Distribution(logits, _target);
        return _sampler.Draw(_target);
    }

    private bool Emit(int token, Action<int> onToken, Counts count)
    {
        if (_stops.Contains(token) || count.Tokens >= _options.MaxTokens) return false;
        count.Tokens++;
        onToken(token);
        return count.Tokens < _options.MaxTokens;
    }

    private void RunPlain(int token, Action<int> onToken, Counts count, CancellationToken cancellation)
    {
        while (Emit(token, onToken, count) && !cancellation.IsCancellationRequested && _sequence.Position < _sequence.MaxTokens)
        {
            _fed[0] = token;
            _sequence.Forward(_fed.AsSpan(0, 1), Row(0), LogitRows.Last, false);
            token = Choose(Row(0));
        }
    }

    private void RunSpeculative(int token, Action<int> onToken, Counts count, CancellationToken cancellation)
    {
        // The module has seen every row but the last; its next token is known now.
        int known = 1;
        _fed[0] = token;
        while (Emit(token, onToken, count) && !cancellation.IsCancellationRequested && _sequence.Position < _sequence.MaxTokens)
        {
            _sequence.Draft(_fed.AsSpan(0, known), Row(0));
            _sampler.Distribution(Row(0), _proposal);
            int draft = _sampler.Draw(_proposal);
            bool room = _sequence.Position + 2 <= _sequence.MaxTokens && count.Tokens + 1 < _options.MaxTokens + 1;
            _fed[0] = token;
            _fed[1] = draft;
            int fed = room ? 2 : 1;
            _sequence.Forward(_fed.AsSpan(0, fed), _logits.AsSpan(0, fed * _sequence.VocabSize), LogitRows.All, false);
            if (fed == 1)
            {
                token = Choose(Row(0));
                (_fed[0], known) = (token, 1);
                continue;
            }

            count.Drafts++;
            _sampler.Distribution(Row(0), _target);
            int first = _sampler.Verify(draft, _proposal, _target);
            if (first != draft)
            {
                _sequence.Rewind(_sequence.Position - 1);
                token = first;
                (_fed[0], known) = (token, 1);
                continue;
            }

            count.Accepted++;
            if (!Emit(draft, onToken, count)) return;
            token = Choose(Row(1));
            (_fed[0], _fed[1], known) = (draft, token, 2);
        }
    }

    private sealed class Counts
    {
        public int Tokens;
        public int Drafts;
        public int Accepted;
    }
}
