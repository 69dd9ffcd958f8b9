namespace DeepSeekCompiler.Peers.Gguf;

/// <summary>Element types of GGUF tensors, with the numbers of the format.</summary>
internal enum GgufType
{
    F32 = 0,

    /// <summary>Blocks of 32 signed bytes with a binary16 scale.</summary>
    Q8_0 = 8,
    BF16 = 30,
}
