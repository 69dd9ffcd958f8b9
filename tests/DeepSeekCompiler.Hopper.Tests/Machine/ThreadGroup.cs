using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace DeepSeekCompiler.Hopper.Tests.Machine;

/// <summary>A group of the simulated device: a thread of this process for each of its threads, shared memory, barriers, and a copy engine.</summary>
public sealed class ThreadGroup : IDisposable
{
    /// <summary>Dynamic shared memory starts at no multiple of 1024, as it may behind static memory.</summary>
    private const int Start = 528;

    [ThreadStatic]
    private static ThreadGroup? s_current;
    [ThreadStatic]
    private static int s_thread;
    [ThreadStatic]
    private static int s_allocations;

    private readonly DeviceMemory _memory = new();
    private readonly List<object> _allocations = [];
    private readonly Barrier _barrier;
    private readonly Barrier[] _warps;
    private Exception? _failure;

    private ThreadGroup(int index, int groups, int threads, int sharedBytes, Faults faults)
    {
        (Index, Groups, Threads, Faults) = (index, groups, threads, faults);
        Shared = _memory.Allocate<byte>(Start + sharedBytes);
        _barrier = new(threads);
        _warps = [.. Enumerable.Range(0, threads / 32).Select(_ => new Barrier(32))];
        Engine = new(this);
    }

    /// <summary>The group of the calling thread.</summary>
    public static ThreadGroup Current => s_current ?? throw new InvalidOperationException("Device code runs in a launch only.");

    public static int Thread => s_thread;

    public int Index { get; }

    public int Groups { get; }

    public int Threads { get; }

    public Faults Faults { get; }

    /// <summary>All of the group's shared memory, from address 0.</summary>
    public ArrayView<byte> Shared { get; }

    public ArrayView<byte> Dynamic => Shared.SubView(Start);

    public Dictionary<int, TransferState> Barriers { get; } = [];

    public CopyEngine Engine { get; }

    public bool Failed => Volatile.Read(ref _failure) is not null;

    /// <summary>Runs a kernel on some groups, one after another.</summary>
    public static void Launch(Action kernel, int groups, int threads, int sharedBytes, Faults faults)
    {
        for (int i = 0; i < groups; i++)
        {
            using var group = new ThreadGroup(i, groups, threads, sharedBytes, faults);
            group.Run(kernel);
        }
    }

    public void Wait() => Wait(_barrier);

    /// <summary>The threads of a warp wait for each other, as for an aligned instruction.</summary>
    public void WaitForWarp() => Wait(_warps[s_thread / 32]);

    public void Fail(Exception e)
    {
        Interlocked.CompareExchange(ref _failure, e, null);
        lock (Barriers) Monitor.PulseAll(Barriers);
    }

    /// <summary>The allocation of the group that the calling thread comes to next.</summary>
    public ArrayView<T> Next<T>(int count)
        where T : unmanaged
    {
        int number = s_allocations++;
        lock (_allocations)
        {
            if (number == _allocations.Count) _allocations.Add(_memory.Allocate<T>(count));
            return (ArrayView<T>)_allocations[number];
        }
    }

    public void Dispose()
    {
        Engine.Dispose();
        _barrier.Dispose();
        foreach (var warp in _warps) warp.Dispose();
        _memory.Dispose();
    }

    private static void Wait(Barrier barrier)
    {
        if (!barrier.SignalAndWait(TimeSpan.FromSeconds(60))) throw new TimeoutException("A barrier was not reached by all threads.");
    }

    private void Run(Action kernel)
    {
        var threads = new Thread[Threads];
        for (int i = 0; i < threads.Length; i++)
        {
            int number = i;
            threads[i] = new Thread(() => Run(kernel, number), 256 * 1024) { IsBackground = true };
            threads[i].Start();
        }

        foreach (var thread in threads) thread.Join();
        Engine.Finish();
        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
    }

    private void Run(Action kernel, int number)
    {
        (s_current, s_thread, s_allocations) = (this, number, 0);
        try
        {
            kernel();
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            s_current = null;
            // Threads that have ended are not waited for.
            _barrier.RemoveParticipant();
            _warps[number / 32].RemoveParticipant();
        }
    }
}

/// <summary>Mistakes that the machine makes on request: the kernels' results must then be wrong, which shows that they depend on it.</summary>
[Flags]
public enum Faults
{
    None = 0,

    /// <summary>The copy engine turns pieces by the wrong bits of the row.</summary>
    Swizzle = 1,

    /// <summary>Atoms of eight rows are taken to lie twice as far apart.</summary>
    Stride = 2,

    /// <summary>Columns outside of a matrix are not zero.</summary>
    Fill = 4,

    /// <summary>The sums of rows g and g + 8 are exchanged.</summary>
    Rows = 8,

    /// <summary>An instruction's bytes along a row begin 16 bytes further than the one's before.</summary>
    Advance = 16,
}
