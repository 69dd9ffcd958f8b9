using System.Runtime.ExceptionServices;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>A group of the simulated device: warps that take turns, shared memory, a barrier, and a copy engine. Which warp goes on next and how far, and when
/// a copy of the engine ends, is left to chance: a kernel that relies on an order which nothing promises meets another one.</summary>
public sealed class ThreadGroup : IDisposable
{
    /// <summary>Dynamic shared memory starts at no multiple of 1024, as it may behind static memory.</summary>
    private const int Start = 528;

    private readonly DeviceMemory _memory = new();
    private readonly List<object> _allocations = [];
    private readonly List<Warp> _warps = [];
    private readonly List<Lane> _lanes = [];
    private readonly Random _random;
    private int _waiting;
    private int _ended;

    private ThreadGroup(Func<ValueTask> kernel, int index, int groups, int threads, int sharedBytes, Faults faults)
    {
        (Index, Groups, Threads, Faults, _random) = (index, groups, threads, faults, new Random(index + 7));
        Shared = _memory.Allocate<byte>(Start + sharedBytes);
        Engine = new(this);
        for (int i = 0; i < threads; i++)
        {
            if (i % Warp.Lanes == 0) _warps.Add(new(this));
            var lane = new Lane(this, _warps[^1], i, kernel);
            _warps[^1].Members[i % Warp.Lanes] = lane;
            _lanes.Add(lane);
        }
    }

    public int Index { get; }

    public int Groups { get; }

    public int Threads { get; }

    public Faults Faults { get; }

    /// <summary>All of the group's dynamic shared memory, from address 0.</summary>
    public ArrayView<byte> Shared { get; }

    public ArrayView<byte> Dynamic => Shared.SubView(Start);

    public Dictionary<int, TransferState> Barriers { get; } = [];

    public CopyEngine Engine { get; }

    /// <summary>Whether something that lanes may wait for has changed since they were last asked.</summary>
    internal bool Changed { get; set; }

    /// <summary>Runs a kernel on some groups, one after another.</summary>
    public static void Launch(Func<ValueTask> kernel, int groups, int threads, int sharedBytes, Faults faults)
    {
        if (threads % Warp.Lanes != 0) throw new ArgumentException($"A group of {threads} threads, which are no whole warps.");
        // On a thread of its own there is no context of synchronisation that awaiting could go astray to.
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                for (int i = 0; i < groups; i++)
                {
                    using var group = new ThreadGroup(kernel, i, groups, threads, sharedBytes, faults);
                    group.Run();
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    public void Dispose() => _memory.Dispose();

    /// <summary>Parks the calling lane until all lanes that have not ended are here.</summary>
    internal Parked WaitForAll()
    {
        Lane.Current.State = Waiting.Group;
        _waiting++;
        Release();
        return default;
    }

    internal void Ended()
    {
        _ended++;
        Release();
    }

    internal ArrayView<T> Allocation<T>(int number, int count)
        where T : unmanaged
    {
        if (number == _allocations.Count) _allocations.Add(_memory.Allocate<T>(count));
        return (ArrayView<T>)_allocations[number];
    }

    private void Release()
    {
        if (_waiting == 0 || _waiting + _ended < Threads) return;
        _waiting = 0;
        foreach (var lane in _lanes)
        {
            if (lane.State == Waiting.Group) lane.State = Waiting.Nothing;
        }
    }

    private void Run()
    {
        var able = new List<Warp>();
        while (_ended < Threads)
        {
            if (Changed)
            {
                Changed = false;
                foreach (var lane in _lanes)
                {
                    if (lane.State == Waiting.Condition && lane.Condition!()) lane.State = Waiting.Nothing;
                }
            }

            able.Clear();
            foreach (var warp in _warps)
            {
                if (warp.CanRun) able.Add(warp);
            }

            if (able.Count > 0)
            {
                // Sometimes a step, sometimes far ahead of the others.
                var warp = able[_random.Next(able.Count)];
                for (int turns = _random.Next(2) == 0 ? 1 : _random.Next(200); turns >= 0 && warp.CanRun; turns--) warp.Run();
            }

            bool copied = (able.Count == 0 || _random.Next(3) == 0) && Engine.CompleteOne(_random);
            if (able.Count == 0 && !copied)
                throw new TimeoutException($"No lane of group {Index} can go on: {string.Join("; ", _warps.Select((w, i) => $"warp {i}: {w.Where}"))}.");
        }

        while (Engine.CompleteOne(_random))
        {
        }
    }
}
