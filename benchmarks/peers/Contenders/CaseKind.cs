namespace DeepSeekCompiler.Peers.Contenders;

/// <summary>What a case times.</summary>
internal enum CaseKind
{
    /// <summary>A prompt from an empty cache, logits of its last token.</summary>
    Prefill,

    /// <summary>Single tokens behind a context, logits of each.</summary>
    Decode,
}
