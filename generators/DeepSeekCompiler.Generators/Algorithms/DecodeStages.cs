using System.Collections.Generic;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>What one part of the context does, in order: stages in front of the fold over its pages, those of a page, and those behind.</summary>
internal sealed class DecodeStages
{
    /// <summary>Axes of a part's work item.</summary>
    public Axis Group { get; init; } = null!;

    public Axis Head { get; init; } = null!;

    public Axis Part { get; init; } = null!;

    public Axis Page { get; init; } = null!;

    public IReadOnlyList<Stage> Start { get; init; } = [];

    /// <summary>The rope key's part of the scores where it is kept apart, which <see cref="Score"/> adds to; else null.</summary>
    public Reduce? RopeScore { get; init; }

    public Reduce Score { get; init; } = null!;

    public IReadOnlyList<Stage> Softmax { get; init; } = [];

    public Reduce Values { get; init; } = null!;

    public Map KeepMaximum { get; init; } = null!;

    public IReadOnlyList<Stage> Finish { get; init; } = [];

    /// <summary>What stands across; null where keys are met one by one.</summary>
    public DecodeAcross? Across { get; init; }
}
