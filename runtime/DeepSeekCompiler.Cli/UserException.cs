namespace DeepSeekCompiler.Cli;

/// <summary>A mistake of the user, said in one sentence.</summary>
internal sealed class UserException(string message) : Exception(message);
