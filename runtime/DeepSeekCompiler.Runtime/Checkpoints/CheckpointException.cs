namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>A checkpoint that cannot be used; the message is one sentence that names the file and what is wrong with it.</summary>
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
