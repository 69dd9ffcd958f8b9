namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>A checkpoint or recipe that cannot be used. The message is one sentence: what is wrong, where, and what would be right.</summary>
public sealed class CheckpointException : Exception
{
    public CheckpointException(string message)
        : base(message)
    {
    }

    public CheckpointException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
