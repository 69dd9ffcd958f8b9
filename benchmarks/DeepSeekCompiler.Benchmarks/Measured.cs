using System.Collections.Concurrent;
using BenchmarkDotNet.Running;
using DeepSeekCompiler.Runtime.Execution;
using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Benchmarks;

/// <summary>What columns need besides times: the threads of all suites, the limits of the machine, and what a call does.</summary>
internal static class Measured
{
    private static readonly HostRun s_run = new(Environment.ProcessorCount);
    private static readonly Lazy<MachineLimits> s_limits = new(() => MachineLimits.Measure(s_run));
    private static readonly ConcurrentDictionary<string, KernelWork> s_work = new();

    /// <summary>The threads.</summary>
    public static HostRun Run => s_run;

    /// <summary>Measured once, in front of the first suite.</summary>
    public static MachineLimits Limits => s_limits.Value;

    /// <summary>A suite says what its benchmark does.</summary>
    /// <param name="subject">Its parameter.</param>
    /// <param name="method">The benchmark.</param>
    /// <param name="work">Of one call.</param>
    public static void Says(object subject, string method, KernelWork work)
    {
        _ = Limits;
        s_work[Key(subject, method)] = work;
    }

    /// <summary>What a benchmark does; null where it did not come so far.</summary>
    public static KernelWork? WorkOf(BenchmarkCase benchmark) =>
        s_work.TryGetValue(Key(benchmark.Parameters.Items[0].Value, benchmark.Descriptor.WorkloadMethod.Name), out var work) ? work : null;

    private static string Key(object subject, string method) => $"{subject} {method}";
}
