using System.Collections.Generic;
using DeepSeekCompiler.Generators.Expressions;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>A kernel ready to print: its functions run one after another.</summary>
public sealed record LoweredKernel(TensorKernel Kernel, KernelSchedule Schedule, IReadOnlyList<LoopFunction> Functions, IReadOnlyList<WorkspaceBuffer> Workspace)
{
    /// <summary>Threads of a group on a device, where they are not those of the program; else 0.</summary>
    public int Threads { get; init; }

    /// <summary>The same kernel for calls with too few rows for this one, and the condition (over its scalars) that says so; null where one is for all.</summary>
    public (Expr When, LoweredKernel Kernel)? Few { get; init; }
}
