using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>
/// A lead thread and its workers. A dispatch gives every thread a share of the items, one behind the other, so that its reads are one stream
/// (and, dispatch after dispatch, the same weights: on machines with several memory nodes they stay near). A share is a few chunks, claimed by
/// compare-and-swap: by their owner from the front, by threads without work from the back. So a worker that is late, parked or without a core
/// never holds anybody up: the others take its chunks. What is too small for that, by measurement, the lead thread does alone.
/// </summary>
internal sealed unsafe class WorkerPool
{
    private const int StackBytes = 16 << 20;
    private const int MostChunks = 4;

    // Words of different threads lie on different cache lines, and neighbouring lines are fetched in pairs.
    private const int Stride = 16;

    [ThreadStatic]
    private static WorkerPool? _current;

    [ThreadStatic]
    private static int _index;

    private readonly int _threads;
    private readonly Thread[] _pool;
    private readonly Doorbell _work = new();
    private readonly LeadCall _call = new();
    private readonly int _leadId;

    // Written before the word is published, stable until every chunk is done.
    private delegate*<void*, int, int, void> _body;
    private void* _arguments;
    private int _items;
    private bool _each;
    private int _chunks;
    private Exception? _failure;

    // A word a thread: the chunks of its share that are left, from (low half) to (high half).
    private readonly long[] _left;

    // A word a thread: the chunks that it has ever finished. Only the thread itself writes it.
    private readonly long[] _finished;
    private readonly DispatchCosts _costs = new();
    private bool _dispatching;
    private volatile bool _stop;

    public WorkerPool(int threads)
    {
        _threads = threads;
        _pool = new Thread[threads];
        _left = new long[(threads + 1) * Stride];
        _finished = new long[(threads + 1) * Stride];
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
        _items = items;
        _each = each;
        _chunks = chunks;
        _failure = null;
        _dispatching = true;
        var all = Finished();
        for (var i = 0; i < _threads; i++)
        {
            if (Begin(i, 0) < Begin(i + 1, 0))
            {
                // Everything above is written before a chunk can be claimed; of the dispatch before none is left, so nobody claims meanwhile.
                Volatile.Write(ref Left(i), (long)_chunks << 32);
                all += _chunks;
            }
        }

        _work.Ring();
        RunChunks();
        var wait = new Patience();
        while (Finished() < all)
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

    private long Finished()
    {
        var sum = 0L;
        for (var i = 0; i < _threads; i++)
        {
            sum += Volatile.Read(ref _finished[(i + 1) * Stride]);
        }

        return sum;
    }

    private ref long Left(int thread) => ref _left[(thread + 1) * Stride];

    /// <summary>First item of a chunk of a thread's share. The first chunk is half of it, the next half of the rest and so on; the last two are equal.
    /// Long items are a chunk each.</summary>
    private int Begin(int thread, int chunk)
    {
        var from = (int)((long)_items * thread / _threads);
        if (chunk == 0)
        {
            return from;
        }

        var to = (int)((long)_items * (thread + 1) / _threads);
        return chunk == _chunks ? to : _each ? Math.Min(from + chunk, to) : to - ((to - from) >> chunk);
    }

    private void RunChunks()
    {
        while (Claim(_index, true))
        {
        }

        for (var i = 1; i < _threads; i++)
        {
            var other = (_index + i) % _threads;
            while (Claim(other, false))
            {
            }
        }
    }

    /// <summary>Takes one chunk of a share, from the front or from the back, and runs it; false when none is left.</summary>
    private bool Claim(int thread, bool front)
    {
        ref var left = ref Left(thread);
        while (true)
        {
            var word = Volatile.Read(ref left);
            var next = (int)word;
            var end = (int)(word >> 32);
            if (next >= end)
            {
                return false;
            }

            // The dispatch cannot end, nor its fields change, before a claimed chunk is done.
            if (Interlocked.CompareExchange(ref left, front ? word + 1 : word - (1L << 32), word) == word)
            {
                RunChunk(thread, front ? next : end - 1);
                ref var finished = ref _finished[(_index + 1) * Stride];
                Volatile.Write(ref finished, finished + 1);
                return true;
            }
        }
    }

    private void RunChunk(int thread, int chunk)
    {
        if (Volatile.Read(ref _failure) is not null)
        {
            return;
        }

        try
        {
            var begin = Begin(thread, chunk);
            var end = Begin(thread, chunk + 1);
            if (begin < end)
            {
                _body(_arguments, begin, end);
            }
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
