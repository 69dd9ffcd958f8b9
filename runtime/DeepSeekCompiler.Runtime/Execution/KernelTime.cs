namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Time and work of all calls of a kernel.</summary>
/// <param name="Name">Name of its generated class.</param>
/// <param name="Calls">How often it was called.</param>
/// <param name="Work">What the calls had to do together; nothing where the kernel does not say.</param>
/// <param name="Phases">Its phases, the longest first.</param>
public sealed record KernelTime(string Name, int Calls, KernelWork Work, IReadOnlyList<PhaseTime> Phases)
{
    /// <summary>Of all calls.</summary>
    public double Seconds => Phases.Sum(p => p.Seconds);
}
