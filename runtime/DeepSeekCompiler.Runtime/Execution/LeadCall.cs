using System.Runtime.ExceptionServices;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>Hands calls from outside threads to the lead thread, one at a time; and one loop of many calls, between which those of others still get their turn.</summary>
internal sealed unsafe class LeadCall
{
    private readonly object _turn = new();
    private readonly Doorbell _posted = new();
    private readonly Doorbell _finished = new();

    private delegate*<object, void> _body;
    private object? _state;
    private Exception? _failure;
    private int _calls;
    private bool _served;
    private volatile bool _waiting;

    private readonly object _loopTurn = new();
    private readonly Doorbell _loopFinished = new();
    private volatile Action? _loop;
    private Exception? _loopFailure;
    private int _loops;
    private volatile bool _stop;

    /// <summary>Taken for the length of a call; outside threads hold it in turn.</summary>
    public object Turn => _turn;

    /// <summary>Runs body(state) on the lead thread and waits for it. The caller holds <see cref="Turn"/>.</summary>
    public void Run(delegate*<object, void> body, object state)
    {
        ObjectDisposedException.ThrowIf(_stop, typeof(HostRun));
        _body = body;
        _state = state;
        _failure = null;
        _served = false;
        var finished = _calls++;
        _waiting = true;
        _posted.Ring();

        // No spinning: the caller must not take a core from the threads it waits for.
        _finished.Park(finished);
        _state = null;
        ObjectDisposedException.ThrowIf(!_served, typeof(HostRun));
        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Runs a loop on the lead thread, so that the calls in it need no handing over; false, with nothing done, while it runs another's.</summary>
    public bool TryLoop(Action loop)
    {
        if (!Monitor.TryEnter(_loopTurn))
        {
            return false;
        }

        try
        {
            ObjectDisposedException.ThrowIf(_stop, typeof(HostRun));
            var finished = _loops++;
            _loopFailure = null;
            _loop = loop;
            _posted.Ring();
            _loopFinished.Park(finished);
            ObjectDisposedException.ThrowIf(_loop is not null, typeof(HostRun));
            if (_loopFailure is { } failure)
            {
                _loopFailure = null;
                ExceptionDispatchInfo.Throw(failure);
            }

            return true;
        }
        finally
        {
            Monitor.Exit(_loopTurn);
        }
    }

    /// <summary>On the lead thread, between two calls of a loop: serves who waits.</summary>
    public void ServeOther()
    {
        if (!_waiting)
        {
            return;
        }

        _waiting = false;
        try
        {
            _body(_state!);
        }
#pragma warning disable CA1031 // Whatever the call throws is rethrown to the thread that asked for it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = failure;
        }

        _served = true;
        _finished.Ring();
    }

    /// <summary>The lead thread's life: serves calls until stopped.</summary>
    public void Serve()
    {
        var seen = 0;
        while (true)
        {
            seen = _posted.Wait(seen);
            if (_stop)
            {
                _finished.Ring();
                _loopFinished.Ring();
                return;
            }

            ServeOther();
            ServeLoop();
        }
    }

    private void ServeLoop()
    {
        if (_loop is not { } loop)
        {
            return;
        }

        try
        {
            loop();
        }
#pragma warning disable CA1031 // Whatever the loop throws is rethrown to the thread that asked for it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _loopFailure = failure;
        }

        _loop = null;
        _loopFinished.Ring();
    }

    /// <summary>Lets <see cref="Serve"/> return once the running call is done.</summary>
    public void Stop()
    {
        _stop = true;
        _posted.Ring();
    }
}
