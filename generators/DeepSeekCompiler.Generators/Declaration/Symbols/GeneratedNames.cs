using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Declaration.Symbols;

/// <summary>Names that generated code has or uses. A test compares them with generated code.</summary>
public static class GeneratedNames
{
    /// <summary>Types by their metadata names, and words that are types only where no type is called so.</summary>
    public static readonly IReadOnlyList<string> Types =
    [
        "Action`1", "CancellationToken", "CompiledModel", "GenerationOptions", "GenerationStatistics", "HostRun", "HostVector", "IReadOnlyList`1", "KernelClock", "Lanes", "List`1", "Math", "MathF",
        "MethodImplOptions", "ModelFolder", "ModelInfo", "ModelTokenizer", "ReadOnlySpan`1", "Scalars", "Sse", "Step", "StorageFormat", "TensorSlot", "TrainingLayout", "TrainingPass",
        "TrainingStep", "Vector128", "Vector128`1", "Vector256", "Vector256`1", "Vector512", "Vector512`1", "nuint", "var",
    ];

    /// <summary>Types that only the programs of devices use.</summary>
    public static readonly IReadOnlyList<string> DeviceTypes =
    [
        "ArrayView`1", "DeviceKernel`1", "DeviceMath", "DeviceNumber", "DeviceProgram", "DeviceRun", "DeviceStep", "DeviceTrainingProgram", "DeviceTrainingStep", "DeviceVariant", "Floats4",
        "Fragment", "Grid", "Group", "GroupLanes", "IDeviceModel", "IDeviceTraining", "InvalidOperationException", "LocalMemory", "MatrixCore", "MatrixDescriptor", "SharedMemory",
        "StepNumber", "Sums4", "Sums64", "TileCopy", "TileSpan", "TransferBarrier", "WarpLanes", "Warpgroup", "Words2", "Words4",
    ];

    /// <summary>Members of model classes, kernels included; a model has most of them.</summary>
    public static readonly HashSet<string> Members =
    [
        "ActiveParameters", "Attention", "AttentionDecode", "AttentionOutDecode", "AttentionOutPrefill", "AttentionPrefill", "Block", "BufferColumns", "CacheBytesPerToken", "CacheLayers",
        "CacheRow", "CacheRowBytes", "Combine", "CreateManifest", "DenseDownDecode", "DenseDownPrefill", "DenseGateUpDecode", "DenseGateUpPrefill", "Dispatch", "DownProj", "Draft", "Embed",
        "Embedding", "ExpertDown", "ExpertDownCombine", "ExpertDownDecode", "ExpertGateUpDecode", "ExpertGateUpPrefill", "ExpertNorm", "Experts", "ExpertsDownProj", "ExpertsGateProj", "ExpertsUpProj",
        "FeedForward", "FinalNorm", "FlopsPerToken", "Forward", "GateProj", "Generate", "Head", "HeadDecode", "HeadPrefill", "HiddenSize", "Info", "InputNorm", "KProj", "Keep", "KvANorm",
        "KvAProj", "KvBProj", "LatentDownDecode", "LatentDownPrefill", "LmHead", "Load", "Manifest", "ModelNorm", "MtpEhProj", "MtpEmbedding", "MtpEmbeddingNorm", "MtpHead",
        "MtpHiddenNorm", "MtpInput", "MtpNorm", "MtpProjectionDecode", "MtpProjectionPrefill", "MtpSlot", "MultiHeadCacheBytesPerToken", "MultiQueryCacheBytesPerToken",
        "NumExpertsPerTok", "NumHiddenLayers", "OProj", "OnDevice1", "OnDevice32", "OnDevice64", "OnSm80", "OnSm89", "OnSm90", "PostAttentionNorm", "QANorm", "QAProj", "QBProj", "QProj",
        "QueryKeyValueDecode", "QueryKeyValuePrefill", "QueryUpDecode", "QueryUpPrefill", "RopeFrequencies", "RopeMagnitude", "RouterBias", "RouterGate", "RouterScoresDecode",
        "RouterScoresPrefill", "RouterSelect", "SharedDownDecode", "SharedDownPrefill", "SharedDownProj", "SharedGateProj", "SharedGateUpDecode", "SharedGateUpPrefill", "SharedUpProj",
        "SpecHash", "TotalParameters", "Training", "UpProj", "VProj", "VocabSize", "s_info",
    ];
}
