namespace DeepSeekCompiler.Runtime.Gpu.Primitives;

/// <summary>How warpgroup instructions are told where an operand lies in shared memory (PTX ISA, wgmma, matrix descriptor): rows of 128 bytes along the
/// reduced numbers, swizzled, eight rows (an atom of 1024 bytes) after eight rows.</summary>
public static class MatrixDescriptor
{
    /// <summary>Bytes from an atom of eight rows to the next.</summary>
    public const int AtomBytes = 1024;

    /// <summary>What an instruction's 32 bytes along a row add to a descriptor: addresses are in pieces of 16 bytes.</summary>
    public const int Advance = 2;

    /// <summary>The same for an operand whose reduced numbers are the rows of its boxes: 64 of its columns are a row of a box, and eight rows an atom.</summary>
    /// <param name="address">Where the first box starts, a multiple of 1024.</param>
    /// <param name="box">Bytes from a box to the next.</param>
    public static ulong OfTransposed(int address, int box) => ((ulong)((uint)address & 0x3FFFFu) >> 4) | (ulong)(uint)(box >> 4) << 16 | (ulong)(AtomBytes >> 4) << 32 | 1UL << 62;

    /// <summary>Bits 0 to 13 the address, 16 to 29 the distance of atoms along a row (of which there is one), 32 to 45 the distance of atoms along the rows,
    /// all in pieces of 16 bytes; bits 62 and 63 the swizzle of 128 bytes.</summary>
    /// <param name="address">Where the first row starts, a multiple of 1024.</param>
    public static ulong Of(int address) => ((ulong)((uint)address & 0x3FFFFu) >> 4) | 1UL << 16 | (ulong)(AtomBytes >> 4) << 32 | 1UL << 62;
}
