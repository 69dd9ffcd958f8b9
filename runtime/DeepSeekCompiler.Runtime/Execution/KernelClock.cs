using System.Diagnostics;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Time and calls of every kernel, in the order of first use.</summary>
public sealed class KernelClock
{
    private readonly Dictionary<string, (int Calls, long Ticks)> _kernels = new();
    private readonly List<string> _order = new();

    /// <summary>Name, calls and seconds of every kernel since the last reset.</summary>
    public IReadOnlyList<(string Kernel, int Calls, double Seconds)> Kernels =>
        [.. _order.Select(name => (name, _kernels[name].Calls, (double)_kernels[name].Ticks / Stopwatch.Frequency))];

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        _kernels.Clear();
        _order.Clear();
    }

    internal void Add(string kernel, long began)
    {
        var took = Stopwatch.GetTimestamp() - began;
        if (!_kernels.TryGetValue(kernel, out var known)) _order.Add(kernel);
        _kernels[kernel] = (known.Calls + 1, known.Ticks + took);
    }
}
