using System.Diagnostics;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Where the time of a run goes: seconds and calls of every kernel phase, as the lead thread sees them (its wait for the others included).</summary>
public sealed class KernelClock
{
    private readonly Dictionary<string, (int Calls, long Ticks, long Least)> _times = [];

    /// <summary>Phase name, calls, seconds in all, seconds of the shortest call; the longest first.</summary>
    public IReadOnlyList<(string Kernel, int Calls, double Seconds, double Least)> Times =>
        [.. _times.Select(t => (t.Key, t.Value.Calls, Seconds(t.Value.Ticks), Seconds(t.Value.Least))).OrderByDescending(t => t.Item3)];

    internal void Add(string kernel, long ticks)
    {
        var (calls, sum, least) = _times.TryGetValue(kernel, out var known) ? known : (0, 0, long.MaxValue);
        _times[kernel] = (calls + 1, sum + ticks, Math.Min(least, ticks));
    }

    private static double Seconds(long ticks) => ticks / (double)Stopwatch.Frequency;
}
