using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>
/// A lead thread and its workers. A dispatch gives every thread a share of the items (see <see cref="WorkShares"/>); a worker that is late, parked or
/// without a core never holds anybody up, as the others take what is left of its share. What is too small for that, by measurement, the lead thread does alone.
/// </summary>
internal sealed unsafe class WorkerPool
{
    private const int StackBytes = 16 << 20;
    private const int MostChunks = 4;

    [ThreadStatic]
    private static WorkerPool? _current;

    [ThreadStatic]
    private static int _index;

    private readonly int _threads;
    private readonly Thread[] _pool;
    private readonly Doorbell _work = new();
    private readonly LeadCall _call = new();
    private readonly int _leadId;

    // Written before the shares are dealt, stable until every chunk is done.
    private delegate*<void*, int, int, void> _body;
    private void* _arguments;
    private Exception? _failure;
    private readonly WorkShares _shares;
    private readonly DispatchCosts _costs = new();

    // Of a dispatch on its way to the lead thread.
    private int _items;
    private bool _each;
    private bool _dispatching;
    private volatile bool _stop;

    public WorkerPool(int threads)
    {
        _threads = threads;
        _pool = new Thread[threads];
        _shares = new WorkShares(threads);
        _pool[0] = new Thread(RunLead, StackBytes) { IsBackground = true, Name = "dsc lead" };
        for (var i = 1; i < threads; i++)
        {
            var index = i;
            _pool[i] = new Thread(() => RunWorker(index), StackBytes) { IsBackground = true, Name = "dsc worker" };
        }

        _leadId = _pool[0].ManagedThreadId;
        foreach (var thread in _pool)
        {
            thread.Start();
        }
    }

    /// <summary>See <see cref="HostRun.Dispatch"/> and <see cref="HostRun.DispatchEach"/>; items is positive.</summary>
    public void Dispatch(delegate*<void*, int, int, void> body, void* arguments, int items, bool each = false)
    {
        if (_current != this)
        {
            lock (_call.Turn)
            {
                _body = body;
                _arguments = arguments;
                _items = items;
                _each = each;
                _call.Run(&DispatchPosted, this);
            }
        }
        else if (_threads == 1 || items == 1 || _dispatching || Environment.CurrentManagedThreadId != _leadId)
        {
            // Also a dispatch inside a body: every other thread has work already.
            body(arguments, 0, items);
        }
        else if (each)
        {
            Share(body, arguments, items, (items + _threads - 1) / _threads, true);
        }
        else
        {
            Weigh(body, arguments, items);
        }
    }

    private void Weigh(delegate*<void*, int, int, void> body, void* arguments, int items)
    {
        ref var entry = ref _costs.Of((nint)body, items);
        var (alone, timed) = entry.Next();
        var start = timed ? Stopwatch.GetTimestamp() : 0;
        if (alone)
        {
            body(arguments, 0, items);
        }
        else
        {
            Share(body, arguments, items, entry.Whole ? 1 : Math.Clamp(items / _threads, 1, MostChunks), false);
        }

        if (timed)
        {
            entry.Add(alone, Stopwatch.GetTimestamp() - start);
        }
    }

    /// <summary>Runs body(state) on the lead thread.</summary>
    public void Lead(delegate*<object, void> body, object state)
    {
        if (_current == this)
        {
            if (!_dispatching && Environment.CurrentManagedThreadId == _leadId)
            {
                _call.ServeOther();
            }

            body(state);
        }
        else
        {
            lock (_call.Turn)
            {
                _call.Run(body, state);
            }
        }
    }

    /// <summary>Runs a loop of calls to <see cref="Lead"/>: on the lead thread, or on this one while that has another's.</summary>
    public void Loop(Action loop)
    {
        if (_current == this || !_call.TryLoop(loop))
        {
            loop();
        }
    }

    /// <summary>Ends all threads; waits for them unless told not to or called on one of them.</summary>
    public void Stop(bool join)
    {
        _stop = true;
        _call.Stop();
        _work.Ring();
        if (join && _current != this)
        {
            foreach (var thread in _pool)
            {
                thread.Join();
            }
        }
    }

    private static void DispatchPosted(object state)
    {
        var pool = (WorkerPool)state;
        pool.Dispatch(pool._body, pool._arguments, pool._items, pool._each);
    }

    private void Share(delegate*<void*, int, int, void> body, void* arguments, int items, int chunks, bool each)
    {
        _body = body;
        _arguments = arguments;
        _failure = null;
        _dispatching = true;
        var all = _shares.Deal(items, chunks, each);
        _work.Ring();
        RunChunks();
        var wait = new Patience();
        while (_shares.Finished() < all)
        {
            wait.Once();
        }

        _dispatching = false;
        if (_failure is { } failure)
        {
            _failure = null;
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    // What is left of the own share, then of the others'.
    private void RunChunks()
    {
        var own = _index;
        for (var i = 0; i < _threads; i++)
        {
            var share = (own + i) % _threads;
            while (_shares.TryClaim(share, i == 0, out var begin, out var end))
            {
                Run(begin, end);
                _shares.Finish(own);
            }
        }
    }

    private void Run(int begin, int end)
    {
        if (begin >= end || Volatile.Read(ref _failure) is not null)
        {
            return;
        }

        try
        {
            _body(_arguments, begin, end);
        }
#pragma warning disable CA1031 // Whatever the body throws is rethrown to the caller of the dispatch.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
        }
    }

    private void RunLead()
    {
        _current = this;
        _call.Serve();
    }

    private void RunWorker(int index)
    {
        _current = this;
        _index = index;
        var seen = 0;
        while (!_stop)
        {
            RunChunks();
            seen = _work.Wait(seen);
        }
    }
}
