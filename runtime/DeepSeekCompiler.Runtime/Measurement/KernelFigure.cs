using DeepSeekCompiler.Runtime.Execution;

namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>What a kernel took and did in a prompt, or in a step of decode.</summary>
/// <param name="Name">Name of its generated class.</param>
/// <param name="Calls">Calls.</param>
/// <param name="Seconds">Of all calls together, over repeated runs.</param>
/// <param name="Flops">Floating-point operations of all calls; 0 where the kernel does not say.</param>
/// <param name="Bytes">Bytes that had to move.</param>
/// <param name="Phases">Its phases in the last of the runs, all calls of it.</param>
public sealed record KernelFigure(string Name, double Calls, Spread Seconds, double Flops, double Bytes, IReadOnlyList<PhaseTime> Phases)
{
    /// <summary>10^9 operations a second.</summary>
    public double Gflops => Flops / Seconds.Median / 1e9;

    /// <summary>10^9 bytes a second.</summary>
    public double GBs => Bytes / Seconds.Median / 1e9;

    /// <summary>Operations a byte.</summary>
    public double Intensity => Bytes == 0 ? 0 : Flops / Bytes;
}
