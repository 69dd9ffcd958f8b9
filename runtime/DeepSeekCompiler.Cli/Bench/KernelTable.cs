using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Cli.Bench;

/// <summary>Where the time of a prompt or of a step goes, kernel by kernel, and how far each is from what the machine can do.</summary>
internal static class KernelTable
{
    /// <param name="title">What was run.</param>
    /// <param name="profile">By kernel, the longest first.</param>
    /// <param name="limits">Measured in the same run.</param>
    public static void Print(string title, KernelProfile profile, MachineLimits limits)
    {
        double all = profile.Seconds.Median, inside = profile.Kernels.Sum(k => k.Seconds.Median);
        Output.Line($"{title}, by kernel: {1e6 * all:F0} us ({1e6 * profile.Seconds.Min:F0} to {1e6 * profile.Seconds.Max:F0}), {1e6 * (all - inside):F0} us of them outside kernels");
        Output.Line($"  {"kernel",-22} {"calls",5} {"us",9} {"(from",8} {"to)",9} {"time",7} {"MFLOP",10} {"MB",9} {"GFLOP/s",8} {"GB/s",7} {"FLOP/B",7}  bound");
        foreach (var kernel in profile.Kernels)
        {
            var (calls, s) = (kernel.Calls, kernel.Seconds);
            string start = FormattableString.Invariant($"  {kernel.Name,-22} {calls,5:F0} {1e6 * s.Median,9:F1} {1e6 * s.Min,8:F1} {1e6 * s.Max,9:F1} {100 * s.Median / all,5:F1} %");
            string work = kernel.Bytes == 0 ? "" : Work(kernel.Flops, kernel.Bytes, s.Median, limits);
            Output.Line($"{start} {work}");
            if (kernel.Phases.Count < 2) continue;
            double phases = kernel.Phases.Sum(p => p.Seconds);
            foreach (var phase in kernel.Phases)
                Output.Line($"    {phase.Name,-20} {"",5} {1e6 * s.Median * phase.Seconds / phases,9:F1} {"",18} {100 * s.Median * phase.Seconds / phases / all,5:F1} %");
        }

        Output.Line($"  {"all",-22} {"",5} {1e6 * all,9:F1} {1e6 * profile.Seconds.Min,8:F1} {1e6 * profile.Seconds.Max,9:F1} {"",7} {Work(profile.Kernels.Sum(k => k.Flops), profile.Kernels.Sum(k => k.Bytes), all, limits)}; {100 * profile.Kernels.Sum(k => limits.Least(k.Flops, k.Bytes).Seconds) / all:F0} % kernel by kernel");
    }

    private static string Work(double flops, double bytes, double seconds, MachineLimits limits)
    {
        var (least, bound) = limits.Least(flops, bytes);
        return FormattableString.Invariant($"{flops / 1e6,10:F2} {bytes / 1e6,9:F2} {flops / seconds / 1e9,8:F1} {bytes / seconds / 1e9,7:F1} {flops / bytes,7:F1}  {bound}, {100 * least / seconds:F0} % of it");
    }
}
