using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using DeepSeekCompiler.Runtime.Gpu.Hopper;
using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Hopper.Tests.Machine;

/// <summary>A matrix that tiles are copied from.</summary>
public sealed record TileSource(nint Address, TileMapPlan Plan);

/// <summary>Stands in for the runtime's class of the name.</summary>
public static class TileCopy
{
    public static unsafe int Place(ref Words4 start)
    {
        long address = (byte*)Unsafe.AsPointer(ref start) - ThreadGroup.Current.Shared.Start;
        return (int)(address + 1023) & ~1023;
    }

    public static void Acquire(long map) => ThreadGroup.Current.Engine.Acquire(map);

    public static void Load(int tile, long map, int column, int row, int barrier) => ThreadGroup.Current.Engine.Load(tile, map, column, row, barrier);
}

/// <summary>The copy engine of a group: copies come to an end later, in any order. A tile is spoiled as soon as it is asked for, so that whoever still read what was
/// there before is found out.</summary>
public sealed unsafe class CopyEngine : IDisposable
{
    private readonly ThreadGroup _group;
    private readonly HashSet<long> _acquired = [];
    private readonly BlockingCollection<Action> _asked = [];
    private Thread? _thread;

    public CopyEngine(ThreadGroup group) => _group = group;

    public void Acquire(long map)
    {
        lock (_acquired) _acquired.Add(map);
    }

    public void Load(int tile, long map, int column, int row, int barrier)
    {
        lock (_acquired)
        {
            if (!_acquired.Contains(map)) throw new InvalidOperationException($"Map {map} was not made known to the copy engine.");
        }

        var source = DeviceRun.Source(map);
        if (tile % MatrixDescriptor.AtomBytes != 0) throw new ArgumentException($"A tile at {tile}, which is no multiple of 1024.");
        var target = _group.Shared.SubView(tile, source.Plan.BoxRows * 128);
        new Span<byte>(target.Start, (int)target.Length).Fill(0x7F);
        _thread ??= Start();
        _asked.Add(() =>
        {
            Copy(source, tile, column, row);
            TransferBarrier.Change(_group, barrier, state => state.Complete(source.Plan.BoxRows * 128));
        });
    }

    public void Finish()
    {
        _asked.CompleteAdding();
        _thread?.Join();
    }

    public void Dispose() => _asked.Dispose();

    /// <summary>Where the swizzle of 128 bytes puts a byte of shared memory (CUDA programming guide, tensor map swizzling): the piece of 16 bytes changes place by the
    /// row of its atom.</summary>
    public static int Swizzle(int address, Faults faults) => address ^ (faults.HasFlag(Faults.Swizzle) ? (address >> 4) & 0x70 : (address >> 3) & 0x70);

    private Thread Start()
    {
        var thread = new Thread(Work) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Work()
    {
        var random = new Random(7);
        var pending = new List<Action>();
        try
        {
            while (pending.Count > 0 || !_asked.IsCompleted)
            {
                while (_asked.TryTake(out var asked, pending.Count == 0 ? 100 : random.Next(2))) pending.Add(asked);
                if (pending.Count == 0) continue;
                int next = random.Next(pending.Count);
                pending[next]();
                pending.RemoveAt(next);
            }
        }
        catch (Exception e)
        {
            _group.Fail(e);
        }
    }

    private void Copy(TileSource source, int tile, int column, int row)
    {
        var plan = source.Plan;
        int size = 128 / (int)plan.BoxColumns;
        for (int r = 0; r < plan.BoxRows; r++)
        {
            long at = (long)row + r;
            for (int i = 0; i < 128; i++)
            {
                long number = (long)column + (i / size);
                bool inside = at >= 0 && at < (long)plan.Rows && number >= 0 && number < (long)plan.Columns;
                byte value = inside ? ((byte*)source.Address)[(at * (long)plan.PitchBytes) + (number * size) + (i % size)] : _group.Faults.HasFlag(Faults.Fill) ? (byte)0x7E : (byte)0;
                _group.Shared[Swizzle(tile + (r * 128) + i, _group.Faults)] = value;
            }
        }
    }
}
