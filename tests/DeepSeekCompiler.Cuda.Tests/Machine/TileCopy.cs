using System.Runtime.CompilerServices;
using DeepSeekCompiler.Runtime.Gpu.Hopper;
using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>A matrix that tiles are copied from.</summary>
public sealed record TileSource(nint Address, TileMapPlan Plan);

/// <summary>Stands in for the runtime's class of the name.</summary>
public static class TileCopy
{
    public static unsafe int Place(ref Words4 start)
    {
        long address = (byte*)Unsafe.AsPointer(ref start) - Lane.Current.Group.Shared.Start;
        return (int)(address + 1023) & ~1023;
    }

    public static void Acquire(long map) => Lane.Current.Group.Engine.Acquire(map);

    public static void Load(int tile, long map, int column, int row, int barrier) => Lane.Current.Group.Engine.Load(tile, map, column, row, barrier);
}

/// <summary>The copy engine of a group: copies come to an end later, in any order. A tile is spoiled as soon as it is asked for, so that whoever still read what was
/// there before is found out.</summary>
public sealed unsafe class CopyEngine(ThreadGroup group)
{
    private readonly HashSet<long> _acquired = [];
    private readonly List<Action> _asked = [];

    public void Acquire(long map) => _acquired.Add(map);

    public void Load(int tile, long map, int column, int row, int barrier)
    {
        if (!_acquired.Contains(map)) throw new InvalidOperationException($"Map {map} was not made known to the copy engine.");
        var source = DeviceRun.Source(map);
        if (tile % MatrixDescriptor.AtomBytes != 0) throw new ArgumentException($"A tile at {tile}, which is no multiple of 1024.");
        var target = group.Shared.SubView(tile, source.Plan.BoxRows * 128);
        new Span<byte>(target.Start, (int)target.Length).Fill(0x7F);
        _asked.Add(() =>
        {
            Copy(source, tile, column, row);
            group.Barriers[barrier].Complete(source.Plan.BoxRows * 128);
            group.Changed = true;
        });
    }

    /// <summary>Ends one of the copies that were asked for; whether there was one.</summary>
    public bool CompleteOne(Random random)
    {
        if (_asked.Count == 0) return false;
        int next = random.Next(_asked.Count);
        _asked[next]();
        _asked.RemoveAt(next);
        return true;
    }

    /// <summary>Where the swizzle of 128 bytes puts a byte of shared memory (CUDA programming guide, tensor map swizzling): the piece of 16 bytes changes place by the
    /// row of its atom.</summary>
    public static int Swizzle(int address, Faults faults) => address ^ (faults.HasFlag(Faults.Swizzle) ? (address >> 4) & 0x70 : (address >> 3) & 0x70);

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
                byte value = inside ? ((byte*)source.Address)[(at * (long)plan.PitchBytes) + (number * size) + (i % size)] : group.Faults.HasFlag(Faults.Fill) ? (byte)0x7E : (byte)0;
                group.Shared[Swizzle(tile + (r * 128) + i, group.Faults)] = value;
            }
        }
    }
}
