using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>Where the time of a prompt, or of a step of decode, goes.</summary>
/// <param name="Seconds">Of all of it, with the clock running.</param>
/// <param name="Kernels">The longest first.</param>
public sealed record KernelProfile(Spread Seconds, IReadOnlyList<KernelFigure> Kernels)
{
    /// <summary>Runs something a few times with a clock, after a warm run without one.</summary>
    /// <param name="host">The threads that it runs on.</param>
    /// <param name="warm">What to run before.</param>
    /// <param name="once">What to run; returns its seconds.</param>
    /// <param name="repetitions">Runs.</param>
    /// <param name="steps">Steps of a run; figures are of one.</param>
    internal static KernelProfile Measure(HostRun host, Func<double> warm, Func<double> once, int repetitions, int steps = 1)
    {
        warm();
        var seconds = new double[repetitions];
        var clocks = new IReadOnlyList<KernelTime>[repetitions];
        try
        {
            for (int i = 0; i < repetitions; i++)
            {
                var clock = new KernelClock();
                host.Clock = clock;
                seconds[i] = once() / steps;
                clocks[i] = clock.Kernels;
            }
        }
        finally
        {
            host.Clock = null;
        }

        var figures = clocks[^1].Select(k => new KernelFigure(
            k.Name,
            (double)k.Calls / steps,
            Spread.Of([.. clocks.Select(c => c.Single(other => other.Name == k.Name).Seconds / steps)]),
            (double)k.Work.Flops / steps,
            (double)k.Work.Bytes / steps,
            k.Phases));
        return new(Spread.Of(seconds), [.. figures.OrderByDescending(f => f.Seconds.Median)]);
    }
}
