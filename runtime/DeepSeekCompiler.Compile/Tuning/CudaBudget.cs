using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Compile.Tuning;

/// <summary>What a kernel may take of a multiprocessor: a candidate that keeps numbers in memory, or does not fit, is not worth a measurement.</summary>
public static class CudaBudget
{
    /// <param name="kernel">Kernel and phase.</param>
    /// <param name="threads">Threads of a group.</param>
    /// <param name="dynamicBytes">Shared memory of a group that its launch asks for.</param>
    /// <param name="resources">What the assembler, or the driver, made of it.</param>
    /// <param name="architecture"><c>sm_80</c> ...</param>
    /// <returns>A sentence; null where it fits.</returns>
    public static string? Refusal(string kernel, int threads, int dynamicBytes, KernelResources resources, string architecture)
    {
        ArgumentNullException.ThrowIfNull(resources);
        if (resources.StackBytes + resources.SpillBytes > 0)
            return FormattableString.Invariant($"{kernel} does not fit the registers of {architecture}: {resources.StackBytes} bytes of stack and {resources.SpillBytes} spilled.");
        if (MultiprocessorLimits.Of(architecture) is not { } limits) return null;
        int shared = resources.SharedBytes + dynamicBytes;
        if (shared > limits.GroupSharedBytes) return FormattableString.Invariant($"{kernel} takes {shared} bytes of shared memory, and a group has {limits.GroupSharedBytes} on {architecture}.");
        return limits.Occupy(threads, resources.Registers, shared).Groups > 0 ? null
            : FormattableString.Invariant($"{kernel} takes {resources.Registers} registers for each of {threads} threads, and {architecture} has {MultiprocessorLimits.Registers}.");
    }
}
