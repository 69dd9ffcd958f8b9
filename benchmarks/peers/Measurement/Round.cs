using DeepSeekCompiler.Runtime.Measurement;

namespace DeepSeekCompiler.Peers.Measurement;

/// <summary>One turn of everybody: what the machine could do, and the seconds of each contender that finished.</summary>
internal sealed record Round(MachineLimits Limits, Dictionary<string, double> Seconds);
