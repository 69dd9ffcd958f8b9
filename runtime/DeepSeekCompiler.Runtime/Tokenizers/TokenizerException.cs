namespace DeepSeekCompiler.Runtime.Tokenizers;

/// <summary>A tokenizer that cannot be used; the message is one sentence.</summary>
public sealed class TokenizerException : Exception
{
    public TokenizerException(string message)
        : base(message)
    {
    }

    public TokenizerException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
