using System.Diagnostics;
using System.Runtime.InteropServices;
using DeepSeekCompiler.Runtime.Models;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>The host's threads and working memory, as generated code sees them.</summary>
/// <remarks>
/// All bodies run on threads of the pool, whose stacks are 16 MB, whatever the stack of the calling thread: work of an outside
/// thread is handed to the pool's lead thread, which shares it with the other workers. Outside threads take turns.
/// </remarks>
public sealed unsafe class HostRun : IDisposable
{
    /// <summary>The most threads; more than processors of one machine.</summary>
    public const int MostThreads = 1024;

    // Pages of a part of a context, if there are so many for every thread.
    private const int LeastPages = 4;

    private readonly WorkerPool _pool;
    private byte* _workspace;
    private long _reserved;
    private bool _disposed;
    private byte** _nothingAhead;

    /// <param name="threads">Threads that compute, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">threads is below 1 or above <see cref="MostThreads"/>.</exception>
    public HostRun(int threads)
    {
        if (threads < 1)
        {
            GC.SuppressFinalize(this);
            throw new ArgumentOutOfRangeException(nameof(threads), threads, "A host run needs at least 1 thread.");
        }

        if (threads > MostThreads)
        {
            GC.SuppressFinalize(this);
            throw new ArgumentOutOfRangeException(nameof(threads), threads, $"A host run has at most {MostThreads} threads, each with a stack of its own.");
        }

        Threads = threads;
        _nothingAhead = (byte**)NativeMemory.Alloc(CompiledModel.AheadPieces, (nuint)sizeof(byte*));
        new Span<nint>(_nothingAhead, CompiledModel.AheadPieces).Fill((nint)_nothingAhead);
        Ahead = _nothingAhead;
        _pool = new WorkerPool(threads);
    }

    ~HostRun() => Release(join: false);

    /// <summary>Threads that compute, the lead included.</summary>
    public int Threads { get; }

    /// <summary>Runs body(arguments, begin, end) over contiguous ranges that cover [0, items) once, on all threads; returns when all are done.</summary>
    /// <param name="body">The kernel. What it throws is rethrown here, the first one when there are several.</param>
    /// <param name="arguments">Passed on to every call.</param>
    /// <param name="items">Nothing happens when 0 or less; 1 runs on one thread.</param>
    /// <param name="kernel">What the clock calls it.</param>
    public void Dispatch(delegate*<void*, int, int, void> body, void* arguments, int items, string kernel = "other") => Timed(body, arguments, items, kernel, each: false);

    /// <summary>As <see cref="Dispatch"/>, for items that are long: threads take them one by one, so that the last ones end together.</summary>
    /// <param name="body">The kernel.</param>
    /// <param name="arguments">Passed on to every call.</param>
    /// <param name="items">Items.</param>
    /// <param name="kernel">What the clock calls it.</param>
    public void DispatchEach(delegate*<void*, int, int, void> body, void* arguments, int items, string kernel = "other") => Timed(body, arguments, items, kernel, each: true);

    private void Timed(delegate*<void*, int, int, void> body, void* arguments, int items, string kernel, bool each)
    {
        if (items > 0)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            long start = Clock is null ? 0 : Stopwatch.GetTimestamp();
            _pool.Dispatch(body, arguments, items, each);
            Clock?.Add(kernel, Stopwatch.GetTimestamp() - start);
            GC.KeepAlive(this);
        }
    }

    /// <summary>Times every dispatch while it is set; null costs nothing.</summary>
    public KernelClock? Clock { get; set; }

    /// <summary>Pieces of weights, <see cref="CompiledModel.AheadPieces"/> of <see cref="CompiledModel.AheadBytes"/> bytes, that the next kernels read: one that computes long asks for
    /// them meanwhile. At first, nothing in particular.</summary>
    public byte** Ahead { get; set; }

    /// <summary>Native working memory, 64-byte aligned, not cleared; valid until the next call that asks for more.</summary>
    /// <param name="bytes">Bytes needed now.</param>
    public byte* Reserve(long bytes)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (bytes > _reserved || _workspace == null)
        {
            // A quarter more than asked for, so that a slowly growing context does not reallocate on every step.
            var grown = checked((Math.Max(bytes, 4096) + (_reserved > 0 ? bytes / 4 : 0) + 63) & ~63L);
            NativeMemory.AlignedFree(_workspace);
            _workspace = null;
            _reserved = 0;
            _workspace = LargePages.Allocate(grown);
            _reserved = grown;
        }

        return _workspace;
    }

    /// <summary>A count of float32 numbers rounded up to whole cache lines, so that buffers laid one behind another stay aligned.</summary>
    public static long Rounded(long numbers) => (numbers + 15) & ~15L;

    /// <summary>Parts to split a context into, so that attention has about four work items a thread: at least 1, at most 16, none without a page, and none of less than four
    /// pages unless a thread would have no work. Every part begins and ends with work of its own: two parts for two threads take 56 us over 512 tokens where eight take 65.</summary>
    /// <param name="threads">Workers.</param>
    /// <param name="items">Work items there are without a split.</param>
    /// <param name="context">Tokens to attend to.</param>
    /// <param name="parts">Work items for every thread; more than one, so that threads that are late have fewer.</param>
    public static int Splits(int threads, int items, int context, int parts = 4)
    {
        int pages = (context + 63) / 64, busy = (threads + items - 1) / items;
        return Math.Clamp(Math.Min(parts * threads / items, Math.Max(busy, pages / LeastPages)), 1, Math.Min(16, pages));
    }

    /// <summary>Runs one call on the lead thread and waits for it; no other outside work runs meanwhile.</summary>
    internal void Lead(delegate*<object, void> body, object state)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _pool.Lead(body, state);
        GC.KeepAlive(this);
    }

    /// <summary>Runs a loop of steps on the lead thread, where none of them has to be handed over. Steps of other threads still get their turn between two.</summary>
    public void Loop(Action loop)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _pool.Loop(loop);
        GC.KeepAlive(this);
    }

    /// <summary>Ends the threads and frees the working memory.</summary>
    public void Dispose()
    {
        Release(join: true);
        GC.SuppressFinalize(this);
    }

    private void Release(bool join)
    {
        if (!_disposed)
        {
            _disposed = true;
            _pool.Stop(join);
            NativeMemory.AlignedFree(_workspace);
            _workspace = null;
            NativeMemory.Free(_nothingAhead);
            Ahead = _nothingAhead = null;
        }
    }
}
