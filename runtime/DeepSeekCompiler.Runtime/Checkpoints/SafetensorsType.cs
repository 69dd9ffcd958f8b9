namespace DeepSeekCompiler.Runtime.Checkpoints;

/// <summary>The element types of safetensors files that are read.</summary>
public enum SafetensorsType { F64, F32, F16, BF16, F8E4M3, I64, I32, I16, I8, U8, Bool }
