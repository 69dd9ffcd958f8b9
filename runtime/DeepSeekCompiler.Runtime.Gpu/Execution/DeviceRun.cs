using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Cuda;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Hopper;
using DeepSeekCompiler.Runtime.Gpu.Primitives;
using DeepSeekCompiler.Runtime.Models;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DeepSeekCompiler.Runtime.Gpu.Execution;

/// <summary>The queue, kernels and working memory of a model on a device, as generated code sees them. Launches are queued in order and never waited for.</summary>
public sealed class DeviceRun : IDisposable
{
    // Set while this thread counts what a pass takes; other threads go on with theirs.
    [ThreadStatic]
    private static PassMemory? _counted;

    // Shared memory that a group may have on every device with matrix instructions.
    private const int SharedByAll = 99 * 1024;

    private readonly OpenDevice _device;
    private readonly DeviceWeights _weights;
    private readonly int _threads;
    private object?[] _launchers = new object?[64];
    private MemoryBuffer1D<float, Stride1D.Dense>? _workspace;
    private MemoryBuffer1D<float, Stride1D.Dense>? _scratch;
    private readonly CudaKernels? _cuda;
    private readonly TileMaps _tileMaps;
    private DeviceException? _broken;
    private long _mostWorkspace;
    private long _mostScratch;

    /// <summary>Allocations of device memory in this process so far.</summary>
    internal static int Allocations { get; private set; }

    internal DeviceRun(OpenDevice device, DeviceWeights weights, int threads)
    {
        (_device, _weights, _threads, _tileMaps) = (device, weights, threads, new(device));
        _cuda = device.Accelerator is CudaAccelerator accelerator ? new CudaKernels(accelerator, device.Info) : null;
        // Enough groups to fill the device; where a group is one CPU thread, enough to even out its units.
        MaxGroups = GroupsOf(0, threads);
    }

    public Accelerator Accelerator => _device.Accelerator;

    /// <summary>The CUDA launches; null on other devices.</summary>
    internal CudaKernels? Cuda => _cuda;

    /// <summary>Changes when working memory moves: recorded launches hold its old address.</summary>
    internal int MemoryVersion { get; private set; }

    /// <summary>Collects what the pass asks about its context; null for no one.</summary>
    internal HashSet<SplitQuestion>? Questions { get; set; }

    /// <summary>The most groups of a launch; more work items share groups.</summary>
    public int MaxGroups { get; }

    /// <summary>A weight in the format it is stored in, in manifest order; the experts of a projection follow the first one.</summary>
    public ArrayView<T> Weight<T>(int index)
        where T : unmanaged => _weights.Data(index).Cast<T>();

    /// <summary>Block scales of a weight; those of the other experts of a projection follow.</summary>
    public ArrayView<float> Scale(int index) => _weights.Scale(index);

    /// <summary>Parts to split a context into, so that attention has about eight groups of four heads for every multiprocessor, which is one group of 32 heads where it
    /// runs on matrix instructions; or as many groups of four heads as a tuning file asks for.</summary>
    /// <param name="items">Work items there are without a split.</param>
    /// <param name="position">Position of the step.</param>
    /// <param name="tokens">Tokens of the step, which come last.</param>
    /// <param name="parts">Work items for every unit; 0 for as many as fill the device.</param>
    public int Splits(int items, StepNumber position, int tokens, int parts = 0)
    {
        var splits = Splits(items, position.Value + tokens, parts);
        Questions?.Add(new(items, tokens, parts, splits));
        return splits;
    }

    /// <summary>Whether every question of a pass has the same answer at another position.</summary>
    internal bool Answers(SplitQuestion[] questions, int position)
    {
        foreach (var q in questions)
        {
            if (Splits(q.Items, position + q.Tokens, q.Parts) != q.Splits)
            {
                return false;
            }
        }

        return true;
    }

    internal int Splits(int items, int context, int parts) =>
        Math.Clamp((parts == 0 ? MaxGroups / 4 : parts * _device.Info.Units) / items, 1, Math.Min(CompiledModel.MaxSplits, (context + 63) / 64));

    /// <summary>Working memory that lives from one phase of a kernel to the next; valid until the next call.</summary>
    public ArrayView<float> Workspace(long numbers) => _counted is { } counted ? counted.Workspace(numbers) : Grow(ref _workspace, numbers, _mostWorkspace);

    /// <summary>Memory of their own for the groups of a launch.</summary>
    public ArrayView<float> Scratch(DeviceKernel kernel, int items)
    {
        var numbers = (long)kernel.Slot * Groups(kernel, items);
        return _counted is { } counted ? counted.Scratch(numbers) : Grow(ref _scratch, numbers, _mostScratch);
    }

    /// <summary>What the longest step of a session takes: working memory grows no further for it.</summary>
    internal void Expect(PassMemory counted) =>
        (_mostWorkspace, _mostScratch) = (Math.Max(_mostWorkspace, counted.WorkspaceNumbers), Math.Max(_mostScratch, counted.ScratchNumbers));

    /// <summary>Counts the working memory that a pass takes: it runs without a launch, and what it asks for is written down.</summary>
    /// <param name="counted">Counts it.</param>
    /// <param name="pass">Calls of the program for a planned step.</param>
    internal void Count(PassMemory counted, Action pass)
    {
        _counted = counted;
        try
        {
            pass();
        }
        finally
        {
            _counted = null;
        }
    }

    /// <summary>A map of a matrix for kernels that have tiles of it copied.</summary>
    /// <param name="matrix">Where it starts.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="pitch">Numbers from a row to the next.</param>
    /// <param name="boxRows">Rows of a tile's box.</param>
    /// <returns>Its address in device memory.</returns>
    public long TileMap<T>(ArrayView<T> matrix, int columns, long rows, int pitch, int boxRows)
        where T : unmanaged
    {
        if (_counted is not null)
        {
            return 0;
        }

        var address = matrix.LoadEffectiveAddressAsPtr();
        return _tileMaps.Get(address, TileMapPlan.Of(address, Interop.SizeOf<T>(), columns, rows, pitch, boxRows));
    }

    /// <summary>A count rounded up to whole cache lines.</summary>
    public static long Rounded(long numbers) => (numbers + 31) & ~31L;

    /// <summary>Queues a kernel over [0, items).</summary>
    /// <exception cref="DeviceException">It does not compile on this device, or an earlier one did not.</exception>
    public void Launch<T>(DeviceKernel<T> kernel, in T given, int items)
        where T : struct
    {
        if (items > 0 && _counted is null)
        {
            var (threads, groups) = (ThreadsOf(kernel), Groups(kernel, items));
            if (_cuda is not null)
            {
                _cuda.Launch(kernel, given, groups, threads);
                return;
            }

            if (kernel.SharedBytes > 0)
            {
                throw new DeviceException($"Kernel {kernel.Name} is for CUDA devices: {_device.Info.Name} emulates matrix instructions in the shared memory that it takes.");
            }

            var launcher = (kernel.Id < _launchers.Length ? (Action<KernelConfig, T>?)_launchers[kernel.Id] : null) ?? Compile(kernel);
            // Matrix instructions are emulated here.
            launcher(kernel.UsesMatrixUnit ? new KernelConfig(groups, threads, SharedMemoryConfig.RequestDynamic<byte>(WarpEmulation.SharedBytes)) : new KernelConfig(groups, threads), given);
        }
    }

    private int ThreadsOf(DeviceKernel kernel) => kernel.Threads == 0 ? _threads : kernel.Threads;

    private int Groups(DeviceKernel kernel, int items) => Math.Min(items, GroupsOf(kernel.SharedBytes, ThreadsOf(kernel)));

    // A ring of tiles that only the largest devices have room for has a multiprocessor to itself; groups of other kernels share one or wait for one.
    private int GroupsOf(int sharedBytes, int threads) =>
        sharedBytes > SharedByAll ? _device.Info.Units : _device.Info.Units * (threads == 1 ? 8 : Math.Max(1, 1024 / threads));

    /// <inheritdoc/>
    public void Dispose()
    {
        _tileMaps.Dispose();
        _workspace?.Dispose();
        _scratch?.Dispose();
    }

    private Action<KernelConfig, T> Compile<T>(DeviceKernel<T> kernel)
        where T : struct
    {
        if (_broken is not null)
        {
            throw _broken;
        }

        CompiledKernel? compiled = null;
        try
        {
            compiled = Accelerator.GetBackend().Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel.Method.Method), default);
            var start = Accelerator.LoadKernel(compiled).CreateLauncherDelegate<Action<AcceleratorStream, KernelConfig, T>>();
            var queue = Accelerator.DefaultStream;
            Action<KernelConfig, T> launcher = (config, given) => start(queue, config, given);
            if (kernel.Id >= _launchers.Length)
            {
                Array.Resize(ref _launchers, Math.Max(kernel.Id + 1, 2 * _launchers.Length));
            }

            _launchers[kernel.Id] = launcher;
            return launcher;
        }
        catch (Exception e)
        {
            // The context is spoiled now: every later kernel would fail with a reason that is not its own.
            _broken = new DeviceException(
                $"Kernel {kernel.Name} does not compile on {_device.Info.Name} ({_device.Info.Description}): {OpenClBuildLog.Of(Accelerator, compiled) ?? Reason(e)} Load the model again to use the device for another one.", e);
            throw _broken;
        }
    }

    private ArrayView<float> Grow(ref MemoryBuffer1D<float, Stride1D.Dense>? buffer, long numbers, long most)
    {
        if (buffer is null || buffer.Length < numbers)
        {
            // A quarter more than asked for, so that a slowly growing context does not come here on every step; what the longest step takes is enough.
            var wanted = Math.Max(1024, Math.Max(numbers, Math.Min(numbers + (buffer is null ? 0 : numbers / 4), most)));
            if (buffer is not null)
            {
                Accelerator.Synchronize();
                buffer.Dispose();
                buffer = null;
            }

            buffer = Allocate<float>(Accelerator, wanted, _device.Info);
            MemoryVersion++;
        }

        return buffer.View;
    }

    /// <summary>Device memory, or a sentence about how much there is.</summary>
    internal static MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(Accelerator accelerator, long count, DeviceInfo device)
        where T : unmanaged
    {
        try
        {
            Allocations++;
            return accelerator.Allocate1D<T>(Math.Max(count, 16));
        }
        catch (Exception e)
        {
            throw new DeviceException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{device.Name} ({device.Description}) has no room for {count * Interop.SizeOf<T>()} more bytes; it has {device.MemoryBytes} in all. The driver says: {Reason(e)}"),
                e);
        }
    }

    internal static string Reason(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }

        var text = e.Message.ReplaceLineEndings(" ").Trim();
        return text.EndsWith('.') ? text : text + ".";
    }
}
