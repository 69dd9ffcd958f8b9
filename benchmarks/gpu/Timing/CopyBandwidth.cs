using System.Diagnostics;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Execution;
using ILGPU;
using ILGPU.Runtime;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>What memory moves when the driver copies within the device: bytes read and bytes written.</summary>
internal static class CopyBandwidth
{
    private const int Copies = 8;
    private const int Rounds = 7;

    /// <summary>GB/s, the median of seven rounds.</summary>
    public static double Measure(OpenDevice device)
    {
        long bytes = Math.Min(1L << 30, device.Info.MemoryBytes / 32) & ~0xFFFL;
        using var from = DeviceRun.Allocate<byte>(device.Accelerator, bytes, device.Info);
        using var to = DeviceRun.Allocate<byte>(device.Accelerator, bytes, device.Info);
        from.MemSetToZero();
        var rates = Enumerable.Range(0, Rounds + 1).Select(_ => Round(device.Accelerator, from.View.BaseView, to.View.BaseView)).Skip(1).Order().ToList();
        return 2.0 * bytes * Copies / rates[Rounds / 2] / 1e9;
    }

    private static double Round(Accelerator accelerator, ArrayView<byte> from, ArrayView<byte> to)
    {
        accelerator.Synchronize();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Copies; i++) from.CopyTo(to);
        accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
