using System;
using DeepSeekCompiler.Generators.Loops.Lowering;
using DeepSeekCompiler.Generators.Schedules;
using DeepSeekCompiler.Generators.Schedules.Tuning;

namespace DeepSeekCompiler.Generators.Program;

/// <summary>A kernel of a model: its name and how to lower it for a target.</summary>
/// <param name="Name">Name of the generated class.</param>
/// <param name="Lower">Lowers it; pure.</param>
public sealed record ModelKernel(string Name, Func<Machine, LoweredKernel> Lower)
{
    /// <summary>What its schedule leaves open on a target; null where a tuning file has nothing to choose.</summary>
    public Func<Machine, TuningForm>? Form { get; init; }

    /// <summary>Whether the forward pass of devices has no use for it.</summary>
    public bool HostOnly { get; init; }

    /// <summary>What a tuning file chose on a target, where it fits; null for the compiler's own choice.</summary>
    public Func<Machine, KernelChoice?> Choice { get; init; } = _ => null;
}
