using DeepSeekCompiler.Compile.Measuring.Devices;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>The rate of a matrix unit on this device.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Figure">Name of the figure.</param>
/// <param name="Method">The kernel.</param>
/// <param name="Threads">Threads of a group.</param>
/// <param name="SharedBytes">Its shared memory.</param>
/// <param name="FlopsPerThreadRound">Operations of a round, shared out over its threads.</param>
internal sealed record MatrixPeak(string Name, string Figure, Action<PeakKernels.Arguments> Method, int Threads, int SharedBytes, double FlopsPerThreadRound)
{
    public const string BF16 = "BF16 peak TFLOPS";
    public const string Fp8 = "FP8 peak TFLOPS";
    private const int Rounds = 4000;

    /// <summary>The fastest instructions that a device of these kinds has, for each format.</summary>
    public static IEnumerable<MatrixPeak> For(IReadOnlyList<DeviceVariant> variants)
    {
        if (variants.Contains(DeviceVariant.Sm90))
        {
            yield return new("BF16 products of warpgroups", BF16, PeakKernels.WarpgroupBF16, 256, PeakKernels.SharedBytes, 2.0 * 64 * 256 * 64 / 128);
            yield return new("FP8 products of warpgroups", Fp8, PeakKernels.WarpgroupE4M3, 256, PeakKernels.SharedBytes, 2.0 * 64 * 128 * 128 / 128);
            yield break;
        }

        if (variants.Contains(DeviceVariant.Sm80)) yield return new("BF16 products of warps", BF16, PeakKernels.BF16, 256, 0, PeakKernels.Chains * 2.0 * 16 * 8 * 16 / 32);
        if (variants.Contains(DeviceVariant.Sm89)) yield return new("FP8 products of warps", Fp8, PeakKernels.E4M3, 256, 0, PeakKernels.Chains * 2.0 * 16 * 8 * 32 / 32);
    }

    /// <summary>TFLOPS: the median of nine launches that fill the device.</summary>
    public double Measure(DeviceRun run, int units)
    {
        // As many groups as run at once.
        int groups = SharedBytes > 0 ? units : units * (1024 / Threads);
        var kernel = new DeviceKernel<PeakKernels.Arguments>("Peak." + Method.Method.Name, Method, 0, Threads, SharedBytes);
        var given = new PeakKernels.Arguments { Sums = run.Workspace((long)groups * Threads), Rounds = Rounds };
        using var clock = new DeviceClock(run);
        double microseconds = clock.Measure(_ => run.Launch(kernel, given, groups)).Median;
        return FlopsPerThreadRound * Rounds * groups * Threads / microseconds / 1e6;
    }
}
