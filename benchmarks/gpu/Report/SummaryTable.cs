using DeepSeekCompiler.GpuBenchmark.Stages;
using DeepSeekCompiler.GpuBenchmark.Supervision;
using DeepSeekCompiler.GpuBenchmark.Timing;

namespace DeepSeekCompiler.GpuBenchmark.Report;

/// <summary>The short table at the end.</summary>
internal static class SummaryTable
{
    public static void Print(IReadOnlyList<ItemResult> results, Options options, TextWriter output)
    {
        void Line(FormattableString text) => output.WriteLine(FormattableString.Invariant(text));
        Line($"\n{Machine.Describe(options.Device)}");
        var device = results.Where(r => r.Stage == StageList.Device).SelectMany(r => r.Figures).ToDictionary(f => f.Key, f => f.Value);
        foreach (var (name, value) in device) Line($"  {name}: {value:F0}");
        foreach (string stage in new[] { StageList.Kernels, StageList.Golden })
        {
            var checks = results.Where(r => r.Stage == stage).ToList();
            Line($"{stage}: {checks.Count(r => r.Failure is null)} of {checks.Count} right");
        }

        var torch = results.Where(r => r.Stage == StageList.Torch && r.Figures.ContainsKey("us")).ToDictionary(r => r.Item, r => r.Figures["us"]);
        var timed = results.Where(r => r.Stage == StageList.Timing && r.Figures.Count > 0).ToList();
        int width = timed.Select(r => r.Item.Length).DefaultIfEmpty(0).Max() + 1;
        if (timed.Count > 0) Line($"{"kernel".PadRight(width)}{"us",10}{"spread",9}{"GB/s",8}{"TFLOPS",8}{"of limit",9}{"torch",9}");
        foreach (var r in timed)
        {
            double spread = (r.Figures["most us"] - r.Figures["least us"]) / r.Figures["us"];
            string share = Share(r, device) is { } s ? FormattableString.Invariant($"{100 * s:F0} %") : "";
            string peer = torch.TryGetValue(r.Item, out double us) ? FormattableString.Invariant($"{us / r.Figures["us"]:F2} x") : "";
            Line($"{r.Item.PadRight(width)}{r.Figures["us"],10:F1}{100 * spread,7:F0} %{r.Figures["GB/s"],8:F0}{r.Figures["TFLOPS"],8:F1}{share,9}{peer,9}");
        }

        foreach (var r in results.Where(r => r.Failure is not null)) Line($"{r.Stage} {r.Item}: {r.Failure}");
    }

    // The larger of the two: a kernel that is at a limit is at one of them. FP8 kernels are compared with the FP8 peak where the device has one.
    private static double? Share(ItemResult r, Dictionary<string, double> device)
    {
        if (!device.TryGetValue(DeviceStage.Copy, out double copy)) return null;
        double memory = r.Figures["GB/s"] / copy;
        bool fp8 = r.Figures.TryGetValue("FP8", out double flag) && flag > 0;
        double? peak = fp8 && device.TryGetValue(MatrixPeak.Fp8, out double p8) ? p8 : device.TryGetValue(MatrixPeak.BF16, out double p16) ? p16 : null;
        return peak is { } p ? Math.Max(memory, r.Figures["TFLOPS"] / p) : memory;
    }
}
