namespace DeepSeekCompiler.Cli.Commands;

/// <summary>Where the time of a prompt goes, kernel by kernel.</summary>
internal static class KernelTable
{
    public static void Print(int tokens, IReadOnlyList<(string Kernel, int Calls, double Seconds)> kernels)
    {
        double all = kernels.Sum(k => k.Seconds);
        Output.Line($"kernels of a prompt of {tokens}: {all * 1e3:F1} ms");
        foreach (var (kernel, calls, seconds) in kernels.OrderByDescending(k => k.Seconds))
            Output.Line($"  {kernel,-22} {calls,4} calls {seconds * 1e3,9:F2} ms {100 * seconds / all,5:F1} %");
    }
}
