namespace DeepSeekCompiler.Training;

/// <summary>Data, settings or a state that training cannot use. The message is one sentence: what is wrong, where, and what would be right.</summary>
public sealed class TrainingException : Exception
{
    public TrainingException(string message)
        : base(message)
    {
    }

    public TrainingException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
