namespace DeepSeekCompiler.Kernels.Formats;

/// <summary>Formats of stored tensors, as the kernels know them.</summary>
public enum StorageFormat
{
    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary16.</summary>
    F16,

    /// <summary>The upper half of binary32.</summary>
    BF16,

    /// <summary>Finite E4M3, max 448; with 128x128 float32 block scales beside it.</summary>
    E4M3,

    /// <summary>16-bit whole numbers with float32 scales, one for a row's latent and one for its rope key; for caches of latent attention on the host.</summary>
    I16,
}
