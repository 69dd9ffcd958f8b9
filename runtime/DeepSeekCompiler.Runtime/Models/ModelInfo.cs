namespace DeepSeekCompiler.Runtime.Models;

/// <summary>The facts of a compiled model that the runtime and its users need; the generator writes them as constants.</summary>
public sealed record ModelInfo
{
    public required string Name { get; init; }

    /// <summary>The Hugging Face <c>model_type</c>.</summary>
    public required string Family { get; init; }

    public required int VocabSize { get; init; }

    public required int HiddenSize { get; init; }

    public required int NumHiddenLayers { get; init; }

    /// <summary>Multi-token-prediction modules; 0 when the model has none.</summary>
    public required int NumNextnPredictLayers { get; init; }

    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Bytes that one token leaves in the cache of one layer.</summary>
    public required int CacheRowBytes { get; init; }

    public required long TotalParameters { get; init; }

    /// <summary>Parameters multiplied for one token, MTP modules not counted.</summary>
    public required long ActiveParameters { get; init; }

    /// <summary>Bytes of weights read for one token in decode (batch 1), MTP modules not counted.</summary>
    public required long ActiveBytes { get; init; }

    /// <summary>Storage formats in words, for reports: for example <c>bf16</c> or <c>fp8 (weight-only), rest bf16</c>.</summary>
    public required string Formats { get; init; }

    /// <summary>Width the model was compiled for, in bits: 512, 256, 128 or 0 for scalar; several when it holds several.</summary>
    public required IReadOnlyList<int> VectorWidths { get; init; }
}
