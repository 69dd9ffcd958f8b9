namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>A counter that threads wait on: each ring adds one; waiters spin, yield, then park. Ringing is one atomic addition
/// while nobody is parked, and nothing here allocates.</summary>
internal sealed class Doorbell
{
    private readonly object _gate = new();
    private int _rings;
    private int _parked;

    /// <summary>Wakes everyone who waits.</summary>
    public void Ring()
    {
        // The full fences of the two interlocked operations order "rings, then parked" here against "parked, then rings" below.
        Interlocked.Increment(ref _rings);
        if (Volatile.Read(ref _parked) > 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Returns the number of rings as soon as it is not <paramref name="seen"/>.</summary>
    /// <param name="seen">What the last call returned, 0 at first.</param>
    public int Wait(int seen)
    {
        var wait = new Patience();
        while (Volatile.Read(ref _rings) == seen)
        {
            if (!wait.Once())
            {
                Park(seen);
            }
        }

        return Volatile.Read(ref _rings);
    }

    /// <summary>As <see cref="Wait"/> without spinning: for a thread that must not take a core from the workers.</summary>
    public void Park(int seen)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _parked);
            while (Volatile.Read(ref _rings) == seen)
            {
                Monitor.Wait(_gate);
            }

            Interlocked.Decrement(ref _parked);
        }
    }
}
