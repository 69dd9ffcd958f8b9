namespace DeepSeekCompiler.Training.Checkpoints;

/// <summary>Float32 numbers of a run's state, where they lie.</summary>
/// <param name="Name">Name in the checkpoint.</param>
/// <param name="Data">The first number.</param>
/// <param name="Count">Numbers.</param>
public readonly record struct StateTensor(string Name, nint Data, long Count);
