using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Training.Checkpoints;

/// <summary>A run between two steps, beside its tensors. Nothing random has a state of its own: everything follows from the seed and these numbers.</summary>
public sealed record TrainingState
{
    /// <summary>Steps done.</summary>
    public required int Step { get; init; }

    /// <summary>Rows read.</summary>
    public required long Position { get; init; }

    /// <summary>Tokens trained on.</summary>
    public required long Tokens { get; init; }

    public required TrainingSettings Settings { get; init; }
}
