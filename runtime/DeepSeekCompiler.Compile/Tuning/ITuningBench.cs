using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>Where schedules are measured: the host, or a device.</summary>
internal interface ITuningBench : IDisposable
{
    /// <summary>What they are for.</summary>
    Machine Target { get; }

    /// <summary>Where that is, in words.</summary>
    string Description { get; }

    /// <summary>Makes the candidates of all kernels ready to be opened.</summary>
    void Compile(IReadOnlyList<TuningTask> tasks);

    /// <summary>Why a candidate need not be measured: it does not compile, or takes what the target does not have. Null where it may.</summary>
    /// <param name="task">The kernel.</param>
    /// <param name="candidate">Which.</param>
    string? Refusal(TuningTask task, int candidate);

    /// <summary>Opens some candidates beside the compiler's own schedule, which is variant 0.</summary>
    /// <exception cref="VariantException">One does not run; the others can be opened without it.</exception>
    IVariantRig Open(TuningTask task, IReadOnlyList<int> candidates);
}

/// <summary>A kernel to tune.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Form">What is open about it.</param>
/// <param name="Candidates">Choices to measure.</param>
internal sealed record TuningTask(string Kernel, TuningForm Form, IReadOnlyList<KernelChoice> Candidates);

/// <summary>A variant that does not run.</summary>
/// <param name="variant">Which; 0 is the compiler's own schedule.</param>
/// <param name="reason">Why, as a sentence.</param>
/// <param name="inner">What was thrown.</param>
internal sealed class VariantException(int variant, string reason, Exception inner) : Exception(reason, inner)
{
    public int Variant { get; } = variant;
}
