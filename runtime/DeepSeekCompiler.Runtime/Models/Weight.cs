namespace DeepSeekCompiler.Runtime.Models;

/// <summary>A bound weight: where its bytes are in the mapped file. Generated kernels read it in place.</summary>
public unsafe struct Weight
{
    /// <summary>Row-major elements in the slot's format.</summary>
    public byte* Data;

    /// <summary>Float32 scales of 128x128 blocks, [ceil(rows/128), ceil(columns/128)]; null where the format has none.</summary>
    public float* Scale;
}
