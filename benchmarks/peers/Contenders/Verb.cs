namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>What a contender's process can be asked.</summary>
internal enum Verb
{
    Open,
    Logits,
    Warm,
    Run,
    Limits,
}
