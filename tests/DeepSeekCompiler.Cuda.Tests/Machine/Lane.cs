using System.Runtime.CompilerServices;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>What a lane waits for.</summary>
internal enum Waiting
{
    /// <summary>Nothing: it can go on.</summary>
    Nothing,

    /// <summary>The other lanes of its warp, at an instruction that they execute together.</summary>
    Warp,

    /// <summary>All threads of the group.</summary>
    Group,

    /// <summary>A condition, such as a transfer barrier's phase.</summary>
    Condition,

    /// <summary>Nothing any more.</summary>
    Ended,
}

/// <summary>A thread of the simulated device. Kernels are compiled so that a call that waits for others gives the turn back (see
/// <see cref="Support.Cooperation"/>): the lanes of a group take turns on one thread of this process, in an order that a seed decides.</summary>
public sealed class Lane
{
    [ThreadStatic]
    private static Lane? s_current;

    private Func<ValueTask>? _kernel;
    private ValueTask _run;
    private Action? _goOn;
    private int _allocations;

    internal Lane(ThreadGroup group, Warp warp, int number, Func<ValueTask> kernel)
    {
        (Group, Warp, Number, _kernel) = (group, warp, number, kernel);
        Copies = new();
    }

    /// <summary>The lane whose turn it is.</summary>
    public static Lane Current => s_current ?? throw new InvalidOperationException("Device code runs in a launch only.");

    public ThreadGroup Group { get; }

    public Warp Warp { get; }

    /// <summary>In the group.</summary>
    public int Number { get; }

    /// <summary>Its cp.async instructions.</summary>
    internal AsyncCopies Copies { get; }

    internal Waiting State { get; set; }

    /// <summary>Whether it has stored to shared memory what the instructions that read by descriptor do not see yet.</summary>
    internal bool Unpublished { get; set; }

    internal Func<bool>? Condition { get; set; }

    /// <summary>The allocation of the group that this lane comes to next.</summary>
    internal ArrayView<T> Next<T>(int count)
        where T : unmanaged => Group.Allocation<T>(_allocations++, count);

    /// <summary>Its turn: until it waits or ends.</summary>
    internal void Run()
    {
        s_current = this;
        if (_kernel is { } kernel)
        {
            _kernel = null;
            _run = kernel();
        }
        else
        {
            (var goOn, _goOn) = (_goOn!, null);
            goOn();
        }

        s_current = null;
        if (!_run.IsCompleted) return;
        _run.GetAwaiter().GetResult();
        State = Waiting.Ended;
        Group.Ended();
    }

    internal void Park(Action goOn) => _goOn = goOn;
}

/// <summary>What a lane awaits: its next turn.</summary>
public readonly struct Parked : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public Parked GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => Lane.Current.Park(continuation);

    public void UnsafeOnCompleted(Action continuation) => Lane.Current.Park(continuation);
}

/// <summary>As <see cref="Parked"/>, with what the warp's instruction gave the lane.</summary>
public readonly struct Parked<T>(T[] results) : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public Parked<T> GetAwaiter() => this;

    public T GetResult() => results[Lane.Current.Number % Warp.Lanes];

    public void OnCompleted(Action continuation) => Lane.Current.Park(continuation);

    public void UnsafeOnCompleted(Action continuation) => Lane.Current.Park(continuation);
}
