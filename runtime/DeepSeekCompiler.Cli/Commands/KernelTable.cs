namespace DeepSeekCompiler.Cli.Commands;

/// <summary>Where the time of a prompt or of a decode step goes, phase by phase of every kernel.</summary>
internal static class KernelTable
{
    /// <param name="title">What was run.</param>
    /// <param name="seconds">Of all runs, with the clock running.</param>
    /// <param name="runs">Runs that the figures are of; they are printed for one.</param>
    /// <param name="times">By phase, the longest first.</param>
    public static void Print(string title, double seconds, int runs, IReadOnlyList<(string Kernel, int Calls, double Seconds, double Least)> times)
    {
        double each = 1e6 / runs;
        Output.Line($"{title}, by kernel: {each * seconds:F0} us, {each * (seconds - times.Sum(t => t.Seconds)):F0} us of them outside kernels");
        foreach (var (kernel, calls, all, least) in times)
            Output.Line($"  {kernel,-36} {(double)calls / runs,5:F0} calls {each * all,8:F0} us {100 * all / seconds,5:F1} % {1e6 * all / calls,8:F1} us a call, the shortest {1e6 * least:F1}");
    }
}
