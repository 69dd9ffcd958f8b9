using System.Runtime.ExceptionServices;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>
/// A lead thread and its workers. A dispatch is published as one 64-bit word (number of the dispatch, chunks, next chunk); whoever
/// is awake claims chunks by compare-and-swap, so a worker that is late, parked or without a core never holds anybody up: the
/// others take its chunks.
/// </summary>
internal sealed unsafe class WorkerPool
{
    private const int StackBytes = 16 << 20;
    private const int ChunksPerThread = 4;
    private const int MaxChunks = 0xFFFF;

    [ThreadStatic]
    private static WorkerPool? _current;

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
    private Exception? _failure;

    private long _word;
    private int _done;
    private bool _dispatching;
    private volatile bool _stop;

    public WorkerPool(int threads)
    {
        _threads = threads;
        _pool = new Thread[threads];
        _pool[0] = new Thread(RunLead, StackBytes) { IsBackground = true, Name = "dsc lead" };
        for (var i = 1; i < threads; i++)
        {
            _pool[i] = new Thread(RunWorker, StackBytes) { IsBackground = true, Name = "dsc worker" };
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
        else
        {
            Share(body, arguments, items, each);
        }
    }

    /// <summary>Runs body(state) on the lead thread.</summary>
    public void Lead(delegate*<object, void> body, object state)
    {
        if (_current == this)
        {
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

    private void Share(delegate*<void*, int, int, void> body, void* arguments, int items, bool each)
    {
        // Many items: several contiguous chunks a thread, so that a slow core takes fewer. Few items: one chunk a thread.
        var chunks = Math.Min(each ? items : items >= 8 * _threads ? ChunksPerThread * _threads : Math.Min(items, _threads), MaxChunks);
        _body = body;
        _arguments = arguments;
        _items = items;
        _failure = null;
        _done = 0;
        _dispatching = true;
        Interlocked.Exchange(ref _word, (((_word >> 32) + 1) << 32) | ((long)chunks << 16));
        _work.Ring();
        RunChunks();
        var wait = new Patience();
        while (Volatile.Read(ref _done) < chunks)
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

    private void RunChunks()
    {
        while (true)
        {
            var word = Volatile.Read(ref _word);
            var next = (int)(word & 0xFFFF);
            var chunks = (int)((word >> 16) & 0xFFFF);
            if (next >= chunks)
            {
                return;
            }

            // The dispatch cannot end, nor its fields change, before a claimed chunk is done.
            if (Interlocked.CompareExchange(ref _word, word + 1, word) == word)
            {
                RunChunk(next, chunks);
                Interlocked.Increment(ref _done);
            }
        }
    }

    private void RunChunk(int index, int chunks)
    {
        if (Volatile.Read(ref _failure) is not null)
        {
            return;
        }

        try
        {
            _body(_arguments, (int)((long)_items * index / chunks), (int)((long)_items * (index + 1) / chunks));
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

    private void RunWorker()
    {
        _current = this;
        var seen = 0;
        while (!_stop)
        {
            RunChunks();
            seen = _work.Wait(seen);
        }
    }
}
