using System.Diagnostics;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Execution;

namespace DeepSeekCompiler.Compile.Measuring.Devices;

/// <summary>Times launches: by events of the device where it gives them (CUDA; OpenCL where the device was opened for profiling), else by waiting for it. On CUDA
/// a batch is recorded and replayed, as decode steps are: the host cannot queue small kernels as fast as the device runs them.</summary>
internal sealed class DeviceClock(DeviceRun run) : IDisposable
{
    private const int Batches = 9;
    private const double BatchMicroseconds = 500;
    private readonly CudaEvents? _events = run.Cuda is { } cuda ? new CudaEvents(cuda.Stream) : null;

    /// <summary>Whether the last measurement replayed its launches; where not, small kernels wait for the host.</summary>
    public bool Recorded { get; private set; }

    /// <summary>Microseconds of one launch: median, least and most of nine batches, after warm-up.</summary>
    /// <param name="launch">Queues a launch; told its number, so that it can take turns with its memory.</param>
    public (double Median, double Least, double Most) Measure(Action<int> launch)
    {
        // Compiles, and shows how many launches make a batch that is long beside the marks around it.
        Batch(launch, 1);
        int count = (int)Math.Clamp(BatchMicroseconds / Math.Max(1, Batch(launch, 1)), 1, 200);
        // Every set of memory once: what is made at its first use cannot be recorded.
        Batch(launch, count);
        using var graph = run.Cuda is { } cuda ? CudaGraph.Record(cuda.Stream, () => Launches(launch, count), out _) : null;
        Recorded = graph is not null;
        double Next() => graph is null ? Batch(launch, count) : Replay(graph);
        Next();
        double[] times = [.. Enumerable.Range(0, Batches).Select(_ => Next() / count).Order()];
        return (times[Batches / 2], times[0], times[^1]);
    }

    /// <summary>Microseconds of some launches together.</summary>
    /// <param name="launch">Queues a launch; told its number.</param>
    /// <param name="count">Launches.</param>
    public double Batch(Action<int> launch, int count)
    {
        run.Accelerator.Synchronize();
        if (_events is not null) return _events.Measure(() => Launches(launch, count));
        if (run.Accelerator.Context.Properties.EnableProfiling) return Marked(() => Launches(launch, count));
        long start = Stopwatch.GetTimestamp();
        Launches(launch, count);
        run.Accelerator.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static void Launches(Action<int> launch, int count)
    {
        for (int i = 0; i < count; i++) launch(i);
    }

    private double Replay(CudaGraph graph)
    {
        run.Accelerator.Synchronize();
        return _events!.Measure(() => graph.Launch(run.Cuda!.Stream));
    }

    public void Dispose() => _events?.Dispose();

    private double Marked(Action launches)
    {
        using var begin = run.Accelerator.DefaultStream.AddProfilingMarker();
        launches();
        using var end = run.Accelerator.DefaultStream.AddProfilingMarker();
        run.Accelerator.Synchronize();
        return Math.Abs(begin.MeasureFrom(end).TotalMicroseconds);
    }
}
