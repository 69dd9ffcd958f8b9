namespace DeepSeekCompiler.Generators.Spec;

/// <summary>How a number is stored. The one list of formats of the compiler.</summary>
public enum NumberFormat
{
    /// <summary>IEEE binary32.</summary>
    F32,

    /// <summary>IEEE binary16.</summary>
    F16,

    /// <summary>The upper half of binary32.</summary>
    BF16,

    /// <summary>Finite E4M3 (OCP OFP8): max 448, no infinities. As a weight it carries 128x128 float32 block scales.</summary>
    E4M3,

    /// <summary>16-bit whole numbers with a float32 scale, in the cache of latents (<see cref="FormatSpec.FixedRowBytes"/>).</summary>
    I16,

    /// <summary>32-bit signed integer; token ids, expert ids and offsets.</summary>
    I32,
}
