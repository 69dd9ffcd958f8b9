using System.Globalization;
using System.Text;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Offline;

namespace DeepSeekCompiler.Compile.Explaining;

/// <summary>An explained kernel as text for people.</summary>
internal static class KernelText
{
    public static string Print(KernelExplanation kernel, NumberFormat linear, ExplainOptions options)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{kernel.Name} ({options.Description}): {kernel.Lowered.Kernel.Summary}\n");
        if (options.Shows("schedule")) text.Append("\nstages\n").Append(kernel.Stages).Append('\n').Append(kernel.Schedule).Append(kernel.Open);
        if (options.Shows("resources") && options.Target == "cuda") Resources(kernel, text);
        if (options.Shows("roofline")) Bound(kernel, linear, options, text);
        if (options.Shows("csharp")) text.Append("\ngenerated C#\n").Append(kernel.Code);
        if (options.Shows("ptx") && options.Target == "cuda") Ptx(kernel, options, text);
        return text.ToString();
    }

    private static void Resources(KernelExplanation kernel, StringBuilder text)
    {
        text.Append("\nresources\n");
        if (kernel.Phases.Any(p => p.Resources is null)) text.Append("  no ptxas at hand (DSC_PTXAS names one, .ci/fetch-ptxas fetches it): registers, shared memory and occupancy are not known\n");
        foreach (var phase in kernel.Phases)
        {
            if (phase.Resources is not { } r) continue;
            string counts = r.Instructions is null ? "" : string.Concat(KernelResources.Counted.Where(n => r.Instructions[n] > 0).Select(n => $", {r.Instructions[n]} {n}"));
            text.Append(CultureInfo.InvariantCulture, $"  {phase.Function.Name,-32} {phase.Architecture,-7} {phase.Function.Threads} threads, {r.Registers} registers, {r.SharedBytes} bytes shared, {r.StackBytes} stack, {r.SpillBytes} spilled{counts}\n");
            if (MultiprocessorLimits.Of(phase.Architecture) is { } limits)
                text.Append(CultureInfo.InvariantCulture, $"  {"",-40} occupancy {limits.Occupy(phase.Function.Threads, r.Registers, r.SharedBytes + phase.Function.DynamicSharedBytes)}\n");
            foreach (string warning in r.Warnings) text.Append("      ").Append(warning).Append('\n');
        }
    }

    private static void Bound(KernelExplanation kernel, NumberFormat linear, ExplainOptions options, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"\nroofline\n  {kernel.Roofline}\n");
        if (options.Target != "cuda") return;
        foreach (var device in DeviceRates.All)
        {
            double peak = Roofline.Peak(device, linear);
            var (time, bound, ridge) = kernel.Roofline.On(device, peak);
            text.Append(CultureInfo.InvariantCulture, $"  {device.Name,-14} at least {time,10:F2} us, bound by {bound} (data sheet: {peak:F0} TFLOPS {Roofline.Unit(device, linear)}, {device.Memory:F0} GB/s; they meet at {ridge:F0} FLOPs a byte)\n");
        }
    }

    private static void Ptx(KernelExplanation kernel, ExplainOptions options, StringBuilder text)
    {
        foreach (var phase in kernel.Phases)
        {
            if (phase.Architecture == options.Builds[^1].Architecture)
                text.Append(CultureInfo.InvariantCulture, $"\nPTX of {phase.Function.Name} for {phase.Architecture}\n").Append(phase.Function.Text.TrimEnd()).Append('\n');
        }
    }
}
