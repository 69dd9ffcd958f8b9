using System.Diagnostics;

namespace DeepSeekCompiler.Runtime.Execution;

/// <summary>How a kernel's dispatches are best run, by what they took: waking the other threads costs more than a small kernel does, and a share that is done in no
/// time is not worth cutting into chunks.</summary>
/// <remarks>For the lead thread alone. What is remembered goes by kernel and items; a forgotten entry is only measured anew.</remarks>
internal sealed class DispatchCosts
{
    // A power of two; a program has about thirty kernels.
    private const int Entries = 256;

    // Shared dispatches are timed this often, and the other way is tried this often.
    private const int Look = 16;
    private const int Try = 64;

    // Ticks. A dispatch that takes longer is never run alone. One below the other is given out whole: a thread that is late by a tenth of it would cost less than the chunks.
    private static readonly long _longest = Stopwatch.Frequency / 125_000;
    private static readonly long _whole = Stopwatch.Frequency / 50_000;

    private readonly Entry[] _entries = new Entry[Entries];

    /// <summary>The entry of a kernel.</summary>
    public ref Entry Of(nint body, int items)
    {
        var key = (ulong)body ^ ((ulong)(uint)items << 32);
        ref var entry = ref _entries[(int)((key * 0x9E3779B97F4A7C15UL) >> 56)];
        if (entry.Key != key)
        {
            entry = new Entry { Key = key };
        }

        return ref entry;
    }

    /// <summary>What is known of a kernel's dispatches.</summary>
    internal struct Entry
    {
        public ulong Key;
        private int _calls;
        private long _alone;
        private long _shared;

        /// <summary>Whether its shares are so short that each is better one chunk.</summary>
        public readonly bool Whole => _shared > 0 && _shared < _whole;

        /// <summary>Counts a dispatch and says whether to run it on the lead thread alone, and whether to time it.</summary>
        public (bool Alone, bool Timed) Next()
        {
            var call = _calls++;

            // The first call compiles; the next are looked at closely.
            if (call < 8 || _shared == 0)
            {
                return (false, call > 0);
            }

            var alone = _shared < _longest && (_alone == 0 || _alone < _shared);
            if (call % Try == 0 && _shared < _longest)
            {
                return (!alone, true);
            }

            // Alone it is timed always, so that one that has grown is shared from the next call on.
            return (alone, alone || call % Look == 0);
        }

        public void Add(bool alone, long ticks)
        {
            if (!alone)
            {
                _shared = Learnt(_shared, ticks);
            }
            else
            {
                _alone = ticks > 4 * _shared ? ticks : Learnt(_alone, ticks);
            }
        }

        // Quick runs at once, slow ones reluctantly: what others on the machine take is no cost of the kernel.
        private static long Learnt(long known, long ticks) =>
            known == 0 || ticks < known ? Math.Max(1, known == 0 ? ticks : (known + ticks) / 2) : known + ((Math.Min(ticks, 2 * known) - known) / 8);
    }
}
