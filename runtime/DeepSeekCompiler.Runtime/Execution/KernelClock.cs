using System.Diagnostics;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Where the time of a run goes: seconds of every kernel phase, as the lead thread sees them (its wait for the others included), and what every kernel had to do.</summary>
public sealed class KernelClock
{
    private readonly Dictionary<string, (int Calls, long Ticks, long Least)> _times = [];
    private readonly Dictionary<string, (int Calls, KernelWork Work)> _work = [];

    /// <summary>By kernel, the longest first.</summary>
    public IReadOnlyList<KernelTime> Kernels =>
        [.. _times.GroupBy(t => t.Key.Split('.')[0]).Select(k => Kernel(k.Key, k)).OrderByDescending(k => k.Seconds)];

    /// <summary>Adds the work of a call; generated code calls it behind the last phase.</summary>
    public void Count(string kernel, KernelWork work)
    {
        var (calls, sum) = _work.GetValueOrDefault(kernel);
        _work[kernel] = (calls + 1, sum + work);
    }

    /// <summary>How many different numbers there are: of experts that any token chose.</summary>
    public static unsafe int Distinct(int* numbers, int count)
    {
        int distinct = 0;
        for (int i = 0; i < count; i++)
        {
            if (!new ReadOnlySpan<int>(numbers, i).Contains(numbers[i])) distinct++;
        }

        return distinct;
    }

    internal void Add(string phase, long ticks)
    {
        var (calls, sum, least) = _times.TryGetValue(phase, out var known) ? known : (0, 0, long.MaxValue);
        _times[phase] = (calls + 1, sum + ticks, Math.Min(least, ticks));
    }

    private KernelTime Kernel(string name, IEnumerable<KeyValuePair<string, (int Calls, long Ticks, long Least)>> times)
    {
        var phases = times.Select(t => new PhaseTime(t.Key[Math.Min(t.Key.Length, name.Length + 1)..], t.Value.Calls, Seconds(t.Value.Ticks), Seconds(t.Value.Least)))
            .OrderByDescending(p => p.Seconds).ToList();
        return _work.TryGetValue(name, out var known) ? new(name, known.Calls, known.Work, phases) : new(name, phases.Max(p => p.Calls), default, phases);
    }

    private static double Seconds(long ticks) => ticks / (double)Stopwatch.Frequency;
}
