using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Runtime.Models;

/// <summary>One tensor a compiled model expects in its checkpoint.</summary>
/// <param name="Name">The Hugging Face tensor name. Block scales, where the format has them, are at Name + <c>_scale_inv</c>.</param>
/// <param name="Format">The storage format the kernels were compiled for.</param>
/// <param name="Rows">First extent; 1 for a vector.</param>
/// <param name="Columns">Second extent, contiguous in memory.</param>
/// <param name="IsVector">True when the stored shape is [Columns] instead of [Rows, Columns].</param>
public sealed record TensorSlot(string Name, StorageFormat Format, int Rows, int Columns, bool IsVector)
{
    /// <summary>Bytes of the numbers, without scales.</summary>
    public long Bytes => (long)Rows * Columns * Format switch
    {
        StorageFormat.F32 => 4,
        StorageFormat.E4M3 => 1,
        _ => 2,
    };
}
