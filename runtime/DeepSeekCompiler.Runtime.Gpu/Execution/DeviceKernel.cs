namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>A generated kernel, as every device compiles it for itself.</summary>
public abstract class DeviceKernel
{
    private static int s_count;

    private protected DeviceKernel(string name, int slot, int threads) => (Name, Slot, Threads, Id) = (name, slot, threads, Interlocked.Increment(ref s_count) - 1);

    /// <summary>Kernel and phase.</summary>
    public string Name { get; }

    /// <summary>4-byte numbers of device memory that every group needs for itself.</summary>
    public int Slot { get; }

    /// <summary>Threads of a group; 0 for the program's.</summary>
    public int Threads { get; }

    /// <summary>A small number that is its own in this process.</summary>
    internal int Id { get; }
}

/// <summary>A generated kernel and the type of its arguments.</summary>
/// <typeparam name="T">Views and numbers.</typeparam>
public sealed class DeviceKernel<T> : DeviceKernel
    where T : struct
{
    /// <param name="name">Kernel and phase, for messages.</param>
    /// <param name="method">A static method that ILGPU compiles.</param>
    /// <param name="slot">4-byte numbers of device memory that every group needs for itself.</param>
    /// <param name="threads">Threads of a group, where they are not the program's.</param>
    public DeviceKernel(string name, Action<T> method, int slot, int threads = 0)
        : base(name, slot, threads) => Method = method;

    public Action<T> Method { get; }
}
