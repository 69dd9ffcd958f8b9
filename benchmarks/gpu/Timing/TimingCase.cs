using DeepSeekCompiler.Generators.Tensors;
using DeepSeekCompiler.Generators.Tensors.Counting;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>A kernel at one size.</summary>
/// <param name="Kernel">The plain algorithm: arguments and work, whatever a device makes of it.</param>
/// <param name="Tokens">Tokens of the call.</param>
/// <param name="Context">Tokens in the cache afterwards; 0 where the kernel does not ask.</param>
/// <param name="Scalars">Its integer parameters.</param>
/// <param name="Work">What there is to do.</param>
internal sealed record TimingCase(TensorKernel Kernel, int Tokens, int Context, IReadOnlyDictionary<string, long> Scalars, Work Work)
{
    public string Name => FormattableString.Invariant($"{Kernel.Name}, {Tokens} tokens") + (Context > 0 ? FormattableString.Invariant($", context {Context}") : "");
}
