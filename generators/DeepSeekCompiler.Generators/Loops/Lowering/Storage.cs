using System.Collections.Generic;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Loops.Lowering;

/// <summary>Where a temporary lives: only the part of it that the loops inside its allocation touch.</summary>
internal sealed class Storage
{
    public Storage(Buffer buffer, Scope opened, int[] sizes, bool staged)
    {
        Buffer = buffer;
        Opened = opened;
        Sizes = sizes;
        Staged = staged;
    }

    public Buffer Buffer { get; }

    /// <summary>What was bound when it was opened; those contributions are left out of its indices.</summary>
    public Scope Opened { get; }

    public int[] Sizes { get; }

    public bool Staged { get; }

    /// <summary>Axes along which one number stands for all.</summary>
    public IReadOnlyList<Axis> Once { get; init; } = [];
}
