namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>Element types of safetensors files; <see cref="SafetensorsTypes"/> has their names and sizes.</summary>
public enum SafetensorsType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,
    U8,
    I8,

    /// <summary>E4M3, finite.</summary>
    F8E4M3,
    F8E5M2,
    U16,
    I16,
    F16,
    BF16,
    U32,
    I32,
    F32,
    U64,
    I64,
    F64,
}
