namespace DeepSeekCompiler.Cuda.Tests.Machine;

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
    public static void Initialize(int barrier, int arrivals)
    {
        if (barrier % 8 != 0) throw new ArgumentException($"A barrier at {barrier}, which is no multiple of 8.");
        Lane.Current.Group.Barriers.Add(barrier, new(arrivals));
    }

    public static void Publish()
    {
    }

    public static void Expect(int barrier, int bytes) => State(barrier).Arrive(bytes);

    public static void Arrive(int barrier) => State(barrier).Arrive(0);

    public static Parked Wait(int barrier, int parity)
    {
        if (parity is not (0 or 1)) throw new ArgumentException($"A parity of {parity}.");
        var state = State(barrier);
        Lane.Current.Condition = () => (state.Phase & 1) != parity;
        Lane.Current.State = Waiting.Condition;
        return default;
    }

    private static TransferState State(int barrier)
    {
        Lane.Current.Group.Changed = true;
        return Lane.Current.Group.Barriers[barrier];
    }
}
