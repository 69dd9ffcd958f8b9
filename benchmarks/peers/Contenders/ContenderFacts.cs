namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>What a contender says of itself once its model is open.</summary>
/// <param name="Description">Program, version, formats.</param>
/// <param name="ActiveBytes">Bytes of weights that one token reads; 0 where the caller knows.</param>
/// <param name="ActiveParameters">Parameters that one token is multiplied with; 0 where it does not count them.</param>
internal sealed record ContenderFacts(string Description, long ActiveBytes, long ActiveParameters);
