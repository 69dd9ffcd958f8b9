using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>Steps of speculative decoding: the MTP module drafts a few tokens, each from its own hidden state and the token before; the main model is fed the last
/// certain token and the drafts together, and keeps them up to the first that it would not have chosen itself.</summary>
internal sealed class SpeculativeSteps
{
    /// <summary>Most drafts of a step.</summary>
    public const int MostDepth = 15;

    private readonly ISequence _sequence;
    private readonly Sampler _sampler;
    private readonly DraftCosts _costs;
    private readonly DraftPlan _plan;
    private readonly int _most;

    // The last certain token, then the drafts: what the main model is fed.
    private readonly int[] _fed;

    // What follows the rows that the module has not seen: accepted drafts, then the last certain token.
    private readonly int[] _next;
    private readonly float[] _logits;

    // Sampling only: what every draft was drawn from, and what tokens must be distributed as.
    private readonly float[] _proposals;
    private readonly float[] _target;

    public StepCounts Counts { get; } = new();

    public SpeculativeSteps(ISequence sequence, Sampler sampler, int depth)
    {
        (_sequence, _sampler) = (sequence, sampler);
        _most = depth > 0 ? depth : Math.Clamp(sequence.MostVerified - 1, 1, MostDepth);
        _costs = new DraftCosts(measured: sampler.IsGreedy, _most + 1);
        _plan = new DraftPlan(_costs, depth, _most);
        (_fed, _next) = (new int[_most + 1], new int[_most + 1]);
        int rows = _most + 1, vocabulary = sequence.VocabSize;
        _logits = new float[rows * vocabulary];
        (_proposals, _target) = sampler.IsGreedy ? ([], []) : (new float[_most * vocabulary], new float[vocabulary]);
    }

    /// <summary>Generates until nothing more may follow or the context ends; true where plain steps are to go on, because drafts do not pay.</summary>
    /// <param name="token">A certain token that was given out and not fed; the one to go on with.</param>
    /// <param name="left">How many may follow it.</param>
    /// <param name="emit">Takes a certain token; returns how many may follow.</param>
    public bool Run(ref int token, ref int left, Func<int, int> emit)
    {
        int known = 1;
        _next[0] = token;
        while (left > 0 && _sequence.Position < _sequence.MaxTokens)
        {
            if (!_plan.Pays) return true;
            double start = _costs.Now;
            int first = _sequence.Position, room = Math.Min(Math.Min(_most, left - 1), _sequence.MaxTokens - first - 1);

            // At least one draft, so that the module's cache goes on without a gap.
            _fed[0] = token;
            MakeDrafts(known, Math.Max(1, room));
            int fed = _plan.Fed(room);
            double verify = _costs.Now;
            _sequence.Forward(_fed.AsSpan(0, fed + 1), _logits, LogitRows.All, false);
            int accepted = Judge(fed, out token);
            double end = _costs.Now;
            _costs.AddVerify(end - verify, fed + 1);
            _plan.End(fed, accepted, end - start);
            Counts.Add(_plan.Made, fed, accepted);

            // What ended the text is not kept, as if it had never been fed.
            int kept = 1;
            while (kept <= accepted && (left = emit(_fed[kept])) > 0) kept++;
            if (left > 0) left = emit(token);
            _sequence.Rewind(first + kept);
            known = kept;
            _fed.AsSpan(1, kept - 1).CopyTo(_next);
            _next[kept - 1] = token;
        }

        return false;
    }

    private Span<float> Row(int row) => _logits.AsSpan(row * _sequence.VocabSize, _sequence.VocabSize);

    private Span<float> Proposal(int draft) => _proposals.AsSpan(draft * _sequence.VocabSize, _sequence.VocabSize);

    private void MakeDrafts(int known, int room)
    {
        _plan.Begin();
        double start = _costs.Now;
        _sequence.Draft(_next.AsSpan(0, known), Row(0));
        while (true)
        {
            // How sure the module is may depend on what it knew, not on what was drawn: else sampling would not keep its distribution.
            var peak = Peak.Of(Row(0));
            _fed[_plan.Made + 1] = _sampler.IsGreedy ? peak.Token : Draw(Row(0), Proposal(_plan.Made));
            double end = _costs.Now;
            if (_plan.Made > 0) _costs.AddDeeper(end - start);
            start = end;
            if (!_plan.Deeper(peak.Margin, room)) return;
            _sequence.DraftDeeper(_fed[_plan.Made], Row(0));
        }
    }

    /// <summary>How many drafts are right, and the token behind them.</summary>
    private int Judge(int fed, out int token)
    {
        for (int i = 0; i < fed; i++)
        {
            token = _sampler.IsGreedy ? Sampler.Best(Row(i)) : Verify(i);
            if (token != _fed[i + 1]) return i;
        }

        token = _sampler.IsGreedy ? Sampler.Best(Row(fed)) : Draw(Row(fed), _target);
        return fed;
    }

    private int Verify(int draft)
    {
        _sampler.Distribution(Row(draft), _target);
        return _sampler.Verify(_fed[draft + 1], Proposal(draft), _target);
    }

    private int Draw(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        _sampler.Distribution(logits, probabilities);
        return _sampler.Draw(probabilities);
    }
}
