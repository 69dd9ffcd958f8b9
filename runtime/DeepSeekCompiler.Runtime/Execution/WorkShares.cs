namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>
/// The items of a dispatch, a share a thread, one behind the other, so that a thread's reads are one stream (and, dispatch after dispatch, the same weights: on
/// machines with several memory nodes they stay near). A share is a few chunks, claimed by compare-and-swap: by their owner from the front, by threads
/// without work from the back.
/// </summary>
internal sealed class WorkShares(int threads)
{
    // Words of different threads lie on different cache lines, and neighbouring lines are fetched in pairs.
    private const int Stride = 16;

    // A word a thread: the chunks of its share that are left, from (low half) to (high half).
    private readonly long[] _left = new long[(threads + 1) * Stride];

    // A word a thread: the chunks that it has ever finished. Only the thread itself writes it.
    private readonly long[] _finished = new long[(threads + 1) * Stride];

    // Written before a word is published, stable until every chunk is done.
    private int _items;
    private int _chunks;
    private bool _each;

    /// <summary>Deals the items of the next dispatch; every chunk of the one before is done. From here on they may be claimed.</summary>
    /// <param name="items">How many.</param>
    /// <param name="chunks">Chunks of a share.</param>
    /// <param name="each">A chunk is one item, as items are long.</param>
    /// <returns>What <see cref="Finished"/> is when all chunks are done.</returns>
    public long Deal(int items, int chunks, bool each)
    {
        _items = items;
        _chunks = chunks;
        _each = each;
        var all = Finished();
        for (var i = 0; i < threads; i++)
        {
            if (Begin(i, 0) < Begin(i + 1, 0))
            {
                // Everything above is written before a chunk can be claimed; of the dispatch before none is left, so nobody claims meanwhile.
                Volatile.Write(ref Left(i), (long)chunks << 32);
                all += chunks;
            }
        }

        return all;
    }

    /// <summary>Chunks that all threads have ever finished.</summary>
    public long Finished()
    {
        var sum = 0L;
        for (var i = 0; i < threads; i++)
        {
            sum += Volatile.Read(ref _finished[(i + 1) * Stride]);
        }

        return sum;
    }

    /// <summary>Takes one chunk of a share; false when none is left. A chunk may be empty.</summary>
    /// <param name="thread">Whose share.</param>
    /// <param name="front">From the front, not from the back.</param>
    /// <param name="begin">Its first item.</param>
    /// <param name="end">The item behind its last.</param>
    public bool TryClaim(int thread, bool front, out int begin, out int end)
    {
        ref var left = ref Left(thread);
        while (true)
        {
            var word = Volatile.Read(ref left);
            var first = (int)word;
            var behind = (int)(word >> 32);
            if (first >= behind)
            {
                begin = end = 0;
                return false;
            }

            // The dispatch cannot end, nor its fields change, before a claimed chunk is done.
            if (Interlocked.CompareExchange(ref left, front ? word + 1 : word - (1L << 32), word) == word)
            {
                var chunk = front ? first : behind - 1;
                begin = Begin(thread, chunk);
                end = Begin(thread, chunk + 1);
                return true;
            }
        }
    }

    /// <summary>Says that a thread is done with a chunk that it claimed.</summary>
    public void Finish(int thread)
    {
        ref var finished = ref _finished[(thread + 1) * Stride];
        Volatile.Write(ref finished, finished + 1);
    }

    private ref long Left(int thread) => ref _left[(thread + 1) * Stride];

    // First item of a chunk of a thread's share. The first chunk is half of it, the next half of the rest and so on; the last two are equal.
    // Long items are a chunk each.
    private int Begin(int thread, int chunk)
    {
        var from = (int)((long)_items * thread / threads);
        if (chunk == 0)
        {
            return from;
        }

        var to = (int)((long)_items * (thread + 1) / threads);
        return chunk == _chunks ? to : _each ? Math.Min(from + chunk, to) : to - ((to - from) >> chunk);
    }
}
