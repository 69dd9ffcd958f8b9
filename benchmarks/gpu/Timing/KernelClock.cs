using System.Diagnostics;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Execution;

namespace DeepSeekCompiler.GpuBenchmark.Timing;

/// <summary>Times launches: by events of the device where it has them, else by waiting for it.</summary>
internal sealed class KernelClock(DeviceRun run) : IDisposable
{
    private const int Batches = 9;
    private const double BatchMicroseconds = 500;
    private readonly CudaEvents? _events = run.Cuda is { } cuda ? new CudaEvents(cuda.Stream) : null;

    /// <summary>Microseconds of one launch: median, least and most of nine batches, after warm-up.</summary>
    /// <param name="launch">Queues a launch; told its number, so that it can take turns with its memory.</param>
    public (double Median, double Least, double Most) Measure(Action<int> launch)
    {
        // Compiles, and shows how many launches make a batch that is long beside the marks around it.
        Batch(launch, 1);
        int count = (int)Math.Clamp(BatchMicroseconds / Math.Max(1, Batch(launch, 1)), 1, 200);
        Batch(launch, count);
        double[] times = [.. Enumerable.Range(0, Batches).Select(_ => Batch(launch, count) / count).Order()];
        return (times[Batches / 2], times[0], times[^1]);
    }

    public void Dispose() => _events?.Dispose();

    private double Batch(Action<int> launch, int count)
    {
        void Launches()
        {
            for (int i = 0; i < count; i++) launch(i);
        }

        run.Accelerator.Synchronize();
        if (_events is not null) return _events.Measure(Launches);
        long start = Stopwatch.GetTimestamp();
        Launches();
        run.Accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}
