namespace DeepSeekCompiler.Hopper.Tests.Machine;

/// <summary>A barrier in shared memory (PTX ISA, mbarrier): a phase ends with its last arrival and its last expected byte.</summary>
public sealed class TransferState
{
    private readonly int _arrivals;
    private int _pending;
    private long _bytes;

    public TransferState(int arrivals) => (_arrivals, _pending) = (arrivals, arrivals);

    public long Phase { get; private set; }

    public void Arrive(long expected)
    {
        _bytes += expected;
        if (--_pending < 0) throw new InvalidOperationException("More arrivals than the barrier was initialised for.");
        Turn();
    }

    public void Complete(long bytes)
    {
        _bytes -= bytes;
        Turn();
    }

    private void Turn()
    {
        if (_pending > 0 || _bytes != 0) return;
        Phase++;
        _pending = _arrivals;
    }
}

/// <summary>Stands in for the runtime's class of the name.</summary>
public static class TransferBarrier
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static void Initialize(int barrier, int arrivals)
    {
        if (barrier % 8 != 0) throw new ArgumentException($"A barrier at {barrier}, which is no multiple of 8.");
        lock (ThreadGroup.Current.Barriers) ThreadGroup.Current.Barriers.Add(barrier, new(arrivals));
    }

    public static void Publish()
    {
    }

    public static void Expect(int barrier, int bytes) => Change(ThreadGroup.Current, barrier, state => state.Arrive(bytes));

    public static void Arrive(int barrier) => Change(ThreadGroup.Current, barrier, state => state.Arrive(0));

    public static void Wait(int barrier, int parity)
    {
        if (parity is not (0 or 1)) throw new ArgumentException($"A parity of {parity}.");
        var group = ThreadGroup.Current;
        lock (group.Barriers)
        {
            var state = group.Barriers[barrier];
            while ((state.Phase & 1) == parity)
            {
                if (group.Failed) throw new OperationCanceledException();
                if (!Monitor.Wait(group.Barriers, s_patience)) throw new TimeoutException($"Thread {Group.IdxX} waits for a phase of parity {parity} of barrier {barrier} that does not end.");
            }
        }
    }

    internal static void Change(ThreadGroup group, int barrier, Action<TransferState> change)
    {
        lock (group.Barriers)
        {
            change(group.Barriers[barrier]);
            Monitor.PulseAll(group.Barriers);
        }
    }
}
