using BenchmarkDotNet.Attributes;

namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Kernels over a chunk of tokens.</summary>
public abstract class PrefillSuite : KernelSuite
{
    /// <summary>One call.</summary>
    [Benchmark]
    public void Prefill() => Call(1);
}
