namespace DeepSeekCompiler.Peers;

/// <summary>Why a contender cannot take part, or a run cannot begin, in one sentence.</summary>
internal sealed class PeerException(string message, Exception? inner = null) : Exception(message, inner);
