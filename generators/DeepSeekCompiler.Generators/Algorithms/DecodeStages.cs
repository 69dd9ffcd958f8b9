using System.Collections.Generic;
using DeepSeekCompiler.Generators.Tensors;

namespace DeepSeekCompiler.Generators.Algorithms;

/// <summary>What one part of the context does, in order: stages in front of the fold over its pages, those of a page, and those behind.</summary>
internal sealed class DecodeStages
{
    /// <summary>Axes of a part's work item.</summary>
    public Axis Group { get; set; } = null!;

    public Axis Head { get; set; } = null!;

    public Axis Part { get; set; } = null!;

    public Axis Page { get; set; } = null!;

    public IReadOnlyList<Stage> Start { get; set; } = [];

    /// <summary>The rope key's part of the scores where it is kept apart, which <see cref="Score"/> adds to; else null.</summary>
    public Reduce? RopeScore { get; set; }

    public Reduce Score { get; set; } = null!;

    public IReadOnlyList<Stage> Softmax { get; set; } = [];

    public Reduce Values { get; set; } = null!;

    public Map KeepMaximum { get; set; } = null!;

    public IReadOnlyList<Stage> Finish { get; set; } = [];

    /// <summary>What stands across; null where keys are met one by one.</summary>
    public DecodeAcross? Across { get; set; }
}
