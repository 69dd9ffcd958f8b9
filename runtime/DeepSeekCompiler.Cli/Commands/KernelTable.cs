namespace DeepSeekCompiler.Cli.Commands;

/// <summary>Where the time of a prompt or a micro-batch goes, kernel by kernel.</summary>
internal static class KernelTable
{
    public static void Print(string what, IReadOnlyList<(string Kernel, int Calls, double Seconds)> kernels)
    {
        double all = kernels.Sum(k => k.Seconds);
        Output.Line($"kernels of {what}: {all * 1e3:F1} ms");
        foreach (var (kernel, calls, seconds) in kernels.OrderByDescending(k => k.Seconds))
            Output.Line($"  {kernel,-24} {calls,4} calls {seconds * 1e3,9:F2} ms {100 * seconds / all,5:F1} %");
    }
}
