using System.Diagnostics;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>How a thread waits: it spins briefly, then gives its core away again and again, and after a while it should park.</summary>
internal struct Patience
{
    // Short ones: whoever waits for a small kernel's end should see it at once.
    private const int Spins = 800;

    // Long enough for the time between two decode steps, short enough that an idle session costs nothing.
    private static readonly long _limit = Stopwatch.Frequency / 500;

    private int _spins;
    private long _since;

    /// <summary>Waits a little; false when it is time to park.</summary>
    public bool Once()
    {
        if (_spins < Spins)
        {
            _spins++;
            Thread.SpinWait(1);
            return true;
        }

        if (_since == 0)
        {
            _since = Stopwatch.GetTimestamp();
        }

        Thread.Yield();
        return Stopwatch.GetTimestamp() - _since < _limit;
    }
}
