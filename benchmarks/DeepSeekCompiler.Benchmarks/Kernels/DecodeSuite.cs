using BenchmarkDotNet.Attributes;

namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Kernels over a few tokens.</summary>
public abstract class DecodeSuite : KernelSuite
{
    // Short calls: handing one over to the threads would be part of the time.
    private const int Calls = 16;

    /// <summary>One call.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public void Decode() => Call(Calls);
}
