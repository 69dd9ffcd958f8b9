namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>How deep to draft, and how many drafts to verify. A draft is worth its price where the tokens that it will probably bring, a second, are more than the
/// generation makes anyway; how probable it is that one is right is counted by how far the module preferred it to the next best.</summary>
internal sealed class DraftPlan
{
    // Steps whose times do not count, because they compile; those that try every depth in turn; those before drafts may be given up; and how often a depth is tried again.
    private const int Compiling = 8;
    private const int Warm = 24;
    private const int Trial = 96;
    private const int Again = 64;

    // Lower ends of the classes of margins, in nats.
    private static readonly float[] s_margins = [0, 0.25f, 0.5f, 1, 1.5f, 2, 3, 4.5f];

    private readonly DraftCosts _costs;
    private readonly int _fixed;
    private readonly int _most;

    // First drafts and deeper ones by class of margin, then all: how many were tried and right lately.
    private readonly double[,] _tried = new double[2, s_margins.Length + 1];
    private readonly double[,] _right = new double[2, s_margins.Length + 1];

    // For every draft of the step: its class, and the probability that it and all before it are right.
    private readonly int[] _class;
    private readonly double[] _survival;
    private double _tokens;
    private double _time;
    private int _steps;
    private int _turn;

    // Drafts that this step must have; negative where they are chosen.
    private int _asked;

    /// <param name="costs">What drafts and verifications take.</param>
    /// <param name="depth">Drafts of a step; 0 for as many as are worth it.</param>
    /// <param name="most">Most drafts of a step.</param>
    public DraftPlan(DraftCosts costs, int depth, int most)
    {
        (_costs, _fixed, _most) = (costs, depth, most);
        (_class, _survival) = (new int[most + 1], new double[most + 1]);
        for (int row = 0; row < 2; row++)
        {
            for (int c = 0; c <= s_margins.Length; c++) (_tried[row, c], _right[row, c]) = (4, 3.4);
        }
    }

    /// <summary>Drafts of this step.</summary>
    public int Made { get; private set; }

    /// <summary>Whether drafts make the generation faster than plain steps, as far as is known by now; once they do not, that is the last word, because trying costs too.</summary>
    public bool Pays => _fixed > 0 || !_costs.Measured || _steps < Trial || Rate * _costs.Verify(1) > 1;

    /// <summary>Begins a step.</summary>
    public void Begin()
    {
        Made = 0;
        bool tries = _costs.Measured && (_steps < Warm || _steps % Again == 0);
        _asked = _fixed > 0 ? _fixed : tries ? _turn++ % (_most + 1) : -1;
    }

    /// <summary>Notes a draft and says whether to draft deeper.</summary>
    /// <param name="margin">How far it is ahead of the next best, in nats.</param>
    /// <param name="room">Most drafts that still have a use in this step.</param>
    public bool Deeper(float margin, int room)
    {
        int c = s_margins.Length - 1, row = Made == 0 ? 0 : 1;
        while (c > 0 && margin < s_margins[c]) c--;
        double before = Made == 0 ? 1 : _survival[Made - 1];
        _class[Made] = c;
        _survival[Made] = before * _right[row, c] / _tried[row, c];
        double survival = _survival[Made++];
        if (Made >= Math.Min(room, _asked >= 0 ? _asked : _most)) return false;
        return _asked >= 0 || survival * _right[1, s_margins.Length] / _tried[1, s_margins.Length] >= Rate * (_costs.Deeper + NextToken(Made + 1));
    }

    /// <summary>How many of the drafts to feed.</summary>
    /// <param name="room">Most that fit.</param>
    public int Fed(int room)
    {
        int most = Math.Min(Made, room);
        if (_asked >= 0) return Math.Min(_asked, most);
        int best = 0;
        double gain = 0, tokens = 0, rate = Rate, plain = _costs.Verify(1);
        for (int n = 1; n <= most; n++)
        {
            tokens += _survival[n - 1];
            double here = tokens - (rate * (_costs.Verify(n + 1) - plain));
            if (here > gain) (best, gain) = (n, here);
        }

        return best;
    }

    /// <summary>Learns from a step.</summary>
    /// <param name="fed">Drafts that were fed.</param>
    /// <param name="accepted">How many of them were right.</param>
    /// <param name="elapsed">What the step took by the clock of the costs.</param>
    public void End(int fed, int accepted, double elapsed)
    {
        for (int i = 0; i < Math.Min(accepted + 1, fed); i++)
        {
            Count(i == 0 ? 0 : 1, _class[i], i < accepted);
            Count(i == 0 ? 0 : 1, s_margins.Length, i < accepted);
        }

        const double kept = 0.95;
        _steps++;
        if (_steps == Compiling) _costs.Forget();

        // What plain steps would have made, until there is more to know.
        if (_steps == Warm && _costs.Measured) (_tokens, _time) = (20, 20 * _costs.Verify(1));
        _tokens = (kept * _tokens) + 1 + accepted;
        _time = (kept * _time) + _costs.Step(elapsed, Made, fed + 1);
    }

    // Tokens that the generation makes in a unit of cost.
    private double Rate => _time > 0 ? _tokens / _time : 0;

    // What one token more costs in a verification that may get longer still.
    private double NextToken(int tokens)
    {
        double now = _costs.Verify(tokens), least = double.MaxValue;
        for (int n = tokens + 1; n <= _most + 1; n++) least = Math.Min(least, (_costs.Verify(n) - now) / (n - tokens));
        return Math.Max(0, least == double.MaxValue ? 0 : least);
    }

    private void Count(int row, int c, bool right)
    {
        const double kept = 0.99;
        _tried[row, c] = (kept * _tried[row, c]) + 1;
        _right[row, c] = (kept * _right[row, c]) + (right ? 1 : 0);
    }
}
