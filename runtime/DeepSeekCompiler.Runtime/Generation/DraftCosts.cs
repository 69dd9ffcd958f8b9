using System.Diagnostics;

namespace DeepSeekCompiler.Runtime.Generation;

/// <summary>What drafts and their verification take: measured as they run, or assumed where chance must not depend on a clock.</summary>
internal sealed class DraftCosts(bool measured, int most)
{
    // Of a plain step: what a draft takes, and a further token of a verification. Any values keep the text right; these suit models that wait for memory.
    private const double AssumedDraft = 0.3;
    private const double AssumedToken = 0.15;

    private readonly double[] _verify = new double[most + 1];
    private double _deeper;

    /// <summary>Now, in the unit of all costs here; 0 where nothing is measured.</summary>
    public double Now => measured ? Stopwatch.GetTimestamp() : 0;

    /// <summary>A draft behind the first.</summary>
    public double Deeper => measured ? _deeper : AssumedDraft;

    /// <summary>A verification of so many tokens; what was never measured is taken for no dearer than the next smaller.</summary>
    public double Verify(int tokens)
    {
        if (!measured) return 1 + (AssumedToken * (tokens - 1));
        while (tokens > 1 && _verify[tokens] == 0) tokens--;
        return _verify[tokens];
    }

    /// <summary>A step from its parts, for the rate: what it took, or what it is assumed to take.</summary>
    public double Step(double elapsed, int made, int tokens) => measured ? elapsed : (AssumedDraft * made) + Verify(tokens);

    public void AddDeeper(double elapsed) => Add(ref _deeper, elapsed);

    /// <summary>Whether the times are real.</summary>
    public bool Measured => measured;

    /// <summary>A verification took so long. With the context all verifications grow alike, so what is known of other lengths follows.</summary>
    public void AddVerify(double elapsed, int tokens)
    {
        double before = _verify[tokens];
        Add(ref _verify[tokens], elapsed);
        if (before == 0) return;
        double change = Math.Clamp(_verify[tokens] / before, 0.95, 1.05);
        for (int n = 1; n < _verify.Length; n++)
        {
            if (n != tokens) _verify[n] *= change;
        }
    }

    /// <summary>Forgets what was measured.</summary>
    public void Forget()
    {
        _verify.AsSpan().Clear();
        _deeper = 0;
    }

    // Follows quick steps at once and slow ones reluctantly: what is added by others on the machine, or by a compiler on the first calls, is no cost.
    private static void Add(ref double cost, double elapsed) =>
        cost = cost == 0 ? elapsed : elapsed < cost ? cost + ((elapsed - cost) / 2) : cost + ((Math.Min(elapsed, 2 * cost) - cost) / 16);
}
