using DeepSeekCompiler.Runtime.Gpu.Hopper;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>Stands in for the runtime's class of the name.</summary>
public sealed class DeviceKernel<T>(string name, Func<T, ValueTask> method, int slot, int threads = 0, int sharedBytes = 0, bool plain = false)
{
    /// <summary>A kernel that waits for nothing.</summary>
    public DeviceKernel(string name, Action<T> method, int slot, int threads = 0, int sharedBytes = 0, bool plain = false)
        : this(name, given =>
        {
            method(given);
            return default;
        }, slot, threads, sharedBytes, plain)
    {
    }

    public string Name => name;

    public Func<T, ValueTask> Method => method;

    public int Slot => slot;

    public int Threads => threads == 0 ? 32 : threads;

    public int SharedBytes => sharedBytes;

    /// <summary>No matrix instructions in it.</summary>
    public bool Plain => plain;
}

/// <summary>Stands in for the runtime's number of the name, which lives in device memory there.</summary>
public readonly record struct DeviceNumber(int Value)
{
    public static implicit operator int(DeviceNumber number) => number.Value;
}

/// <summary>Stands in for the runtime's number of the name.</summary>
public readonly record struct StepNumber(int Value)
{
    public static implicit operator DeviceNumber(StepNumber number) => new(number.Value);

    public static implicit operator int(StepNumber number) => number.Value;
}

/// <summary>Stands in for the runtime's class of the name: launches run at once, on a few groups.</summary>
public sealed unsafe class DeviceRun(DeviceMemory memory, int groups, Faults faults = Faults.None)
{
    private static readonly List<TileSource> s_sources = [];

    public ArrayView<float> Workspace(long numbers) => memory.Allocate<float>(numbers);

    public ArrayView<float> Scratch<T>(DeviceKernel<T> kernel, int items) => memory.Allocate<float>((long)kernel.Slot * Math.Min(items, groups));

    public static long Rounded(long numbers) => (numbers + 31) & ~31L;

    public long TileMap<T>(ArrayView<T> matrix, int columns, long rows, int pitch, int boxRows)
        where T : unmanaged
    {
        var plan = TileMapPlan.Of((long)matrix.Start, sizeof(T), columns, rows, pitch, boxRows);
        Assert.True(((rows - 1) * pitch) + columns <= matrix.Length, $"{rows} rows of {columns} numbers, {pitch} apart, in {matrix.Length}");
        lock (s_sources)
        {
            s_sources.Add(new((nint)matrix.Start, plan));
            return s_sources.Count - 1;
        }
    }

    public void Launch<T>(DeviceKernel<T> kernel, T given, int items)
    {
        if (items > 0) ThreadGroup.Launch(() => kernel.Method(given), Math.Min(items, groups), kernel.Threads, kernel.SharedBytes, faults);
    }

    internal static TileSource Source(long map)
    {
        lock (s_sources) return s_sources[(int)map];
    }
}
