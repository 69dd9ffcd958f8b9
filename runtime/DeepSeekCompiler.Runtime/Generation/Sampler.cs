namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>Draws tokens from logits. Buffers are made once; drawing allocates nothing.</summary>
public sealed class Sampler
{
    private readonly SamplingOptions _options;
    private readonly RandomSource _random;
    private readonly int[] _order;
    private readonly float[] _keys;

    /// <param name="options">How to draw.</param>
    /// <param name="vocabulary">Logits of a row.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public Sampler(SamplingOptions options, int vocabulary)
    {
        options.Check();
        _options = options;
        _random = new RandomSource(options.Seed);
        _order = new int[vocabulary];
        _keys = new float[vocabulary];
    }

    public bool IsGreedy => _options.Temperature == 0;

    /// <summary>The best token; of equals the smaller id.</summary>
    public static int Best(ReadOnlySpan<float> logits) => Peak.Of(logits).Token;

    /// <summary>Turns logits into the probabilities that are drawn from: softmax at the temperature, cut by top-k and top-p, summing to 1.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="probabilities">[vocabulary]: receives them.</param>
    public void Distribution(ReadOnlySpan<float> logits, Span<float> probabilities)
    {
        if (IsGreedy)
        {
            probabilities.Clear();
            probabilities[Best(logits)] = 1;
            return;
        }

        float most = logits[Best(logits)];
        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            probabilities[i] = MathF.Exp((logits[i] - most) / _options.Temperature);
            sum += probabilities[i];
        }

        if (_options.TopK > 0 || _options.TopP < 1) sum = Cut(probabilities, sum);
        float factor = (float)(1 / sum);
        for (int i = 0; i < probabilities.Length; i++) probabilities[i] *= factor;
    }

    /// <summary>Draws from probabilities.</summary>
    public int Draw(ReadOnlySpan<float> probabilities)
    {
        if (IsGreedy) return Best(probabilities);
        float left = _random.NextSingle();
        int last = 0;
        for (int i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] == 0) continue;
            last = i;
            left -= probabilities[i];
            if (left < 0) return i;
        }

        return last;
    }

    /// <summary>Accepts or replaces a draft so that the result is distributed as the target (Leviathan et al. 2023, algorithm 1).</summary>
    /// <param name="draft">A token drawn from <paramref name="proposal"/>.</param>
    /// <param name="proposal">What the draft was drawn from.</param>
    /// <param name="target">What tokens must be distributed as; overwritten.</param>
    /// <returns>The draft, or its replacement.</returns>
    public int Verify(int draft, ReadOnlySpan<float> proposal, Span<float> target)
    {
        if (IsGreedy) return Best(target);
        if (_random.NextSingle() * proposal[draft] < target[draft]) return draft;
        double sum = 0;
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = MathF.Max(0, target[i] - proposal[i]);
            sum += target[i];
        }

        for (int i = 0; i < target.Length; i++) target[i] *= (float)(1 / sum);
        return Draw(target);
    }

    private double Cut(Span<float> probabilities, double sum)
    {
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
            _keys[i] = -probabilities[i];
        }

        _keys.AsSpan().Sort(_order.AsSpan());
        int most = _options.TopK > 0 ? Math.Min(_options.TopK, _order.Length) : _order.Length;
        double kept = 0;
        int keep = 0;
        while (keep < most && (keep == 0 || kept < _options.TopP * sum)) kept += probabilities[_order[keep++]];
        for (int i = keep; i < _order.Length; i++) probabilities[_order[i]] = 0;
        return kept;
    }
}
