using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Cuda.Tests.Machine;

/// <summary>32 lanes and the instructions that they execute together (PTX ISA: .sync.aligned).</summary>
public sealed class Warp(ThreadGroup group)
{
    public const int Lanes = 32;

    private Action<Warp>? _instruction;
    private int _arrived;

    public ThreadGroup Group => group;

    internal Lane[] Members { get; } = new Lane[Lanes];

    // What the lanes bring to an instruction, and what they get.
    internal Words4[] A { get; } = new Words4[Lanes];

    internal Words2[] B { get; } = new Words2[Lanes];

    internal Sums4[] Sums { get; } = new Sums4[Lanes];

    internal nint[] Rows { get; } = new nint[Lanes];

    internal float[] Values { get; } = new float[Lanes];

    internal int[] Masks { get; } = new int[Lanes];

    /// <summary>What lanes bring to a warpgroup's instructions of attention, and what they get.</summary>
    internal object?[] Parts { get; } = new object?[Lanes];

    /// <summary>Operands of the warpgroup instruction that its lanes are at, by descriptor and first row.</summary>
    internal Dictionary<(ulong Descriptor, int Row), float[]> Operands { get; } = [];

    internal bool CanRun => Array.Exists(Members, lane => lane.State == Waiting.Nothing);

    /// <summary>The calling lane comes to an instruction; the last of the warp executes it for all.</summary>
    internal void Arrive(Action<Warp> instruction)
    {
        if (_arrived > 0 && _instruction != instruction) throw new InvalidOperationException($"The lanes of a warp are at different instructions, {_instruction!.Method.Name} and {instruction.Method.Name}.");
        _instruction = instruction;
        Lane.Current.State = Waiting.Warp;
        if (++_arrived < Lanes) return;
        _arrived = 0;
        instruction(this);
        foreach (var lane in Members) lane.State = Waiting.Nothing;
    }

    /// <summary>The calling lane has computed its part of an instruction and waits for the others: none says that a stage is free while another still reads it.</summary>
    internal async ValueTask<T> Together<T>(T part)
    {
        Arrive(s_multiplied);
        await default(Parked);
        return part;
    }

    private static readonly Action<Warp> s_multiplied = Multiplied;

    private static void Multiplied(Warp warp) => warp.Operands.Clear();

    /// <summary>A turn of every lane that can go on.</summary>
    internal void Run()
    {
        foreach (var lane in Members)
        {
            if (lane.State == Waiting.Nothing) lane.Run();
        }
    }

    internal string Where => _arrived > 0 ? $"{_arrived} lanes wait at {_instruction!.Method.Name}" : $"lanes {string.Join(", ", Members.Select(l => l.State).Distinct())}";
}
