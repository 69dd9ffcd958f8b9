using System.Globalization;
using DeepSeekCompiler.Runtime.Gpu.Devices;

namespace DeepSeekCompiler.Runtime.Gpu.Hopper;

/// <summary>How the copy engine is told of a row-major matrix (the arguments of cuTensorMapEncodeTiled): boxes of 128 bytes of some rows, swizzled over 128
/// bytes; what lies outside is zero.</summary>
/// <param name="ElementType">CU_TENSOR_MAP_DATA_TYPE.</param>
/// <param name="Columns">Numbers of a row.</param>
/// <param name="Rows">Rows.</param>
/// <param name="PitchBytes">Bytes from a row to the next.</param>
/// <param name="BoxColumns">Numbers of a box's row.</param>
/// <param name="BoxRows">Rows of a box.</param>
public readonly record struct TileMapPlan(int ElementType, ulong Columns, ulong Rows, ulong PitchBytes, uint BoxColumns, uint BoxRows)
{
    /// <summary>CU_TENSOR_MAP_DATA_TYPE_UINT8: codes are copied as they are.</summary>
    public const int Bytes = 0;

    /// <summary>CU_TENSOR_MAP_DATA_TYPE_BFLOAT16.</summary>
    public const int BFloat16 = 9;

    /// <summary>CU_TENSOR_MAP_INTERLEAVE_NONE.</summary>
    public const int NoInterleave = 0;

    /// <summary>CU_TENSOR_MAP_SWIZZLE_128B.</summary>
    public const int Swizzle128 = 3;

    /// <summary>CU_TENSOR_MAP_L2_PROMOTION_L2_256B.</summary>
    public const int Promotion256 = 3;

    /// <summary>CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE: zeros.</summary>
    public const int ZeroFill = 0;

    private const int RowBytes = 128;

    /// <param name="address">Where the matrix starts.</param>
    /// <param name="elementBytes">1 for E4M3 codes, 2 for bfloat16.</param>
    /// <param name="columns">Numbers of a row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="pitch">Numbers from a row to the next.</param>
    /// <param name="boxRows">Rows of a tile's box.</param>
    /// <exception cref="DeviceException">The copy engine cannot read such a matrix.</exception>
    public static TileMapPlan Of(long address, int elementBytes, long columns, long rows, long pitch, int boxRows)
    {
        if (elementBytes is not (1 or 2))
        {
            throw Refusal($"numbers of {elementBytes} bytes; 1 (E4M3) and 2 (bfloat16) are read");
        }

        if (address % 16 != 0)
        {
            throw Refusal($"a matrix at address {address}, which is no multiple of 16");
        }

        if (columns < 1 || rows < 1 || rows > 1L << 32 || pitch < columns)
        {
            throw Refusal($"{rows} rows of {columns} numbers, {pitch} apart");
        }

        if (pitch * elementBytes % 16 != 0)
        {
            throw Refusal($"rows {pitch * elementBytes} bytes apart, which is no multiple of 16");
        }

        if (boxRows < 8 || boxRows > 256 || boxRows % 8 != 0)
        {
            throw Refusal($"boxes of {boxRows} rows; 8 to 256 by eights are read");
        }

        return new(elementBytes == 1 ? Bytes : BFloat16, (ulong)columns, (ulong)rows, (ulong)(pitch * elementBytes), (uint)(RowBytes / elementBytes), (uint)boxRows);
    }

    private static DeviceException Refusal(FormattableString what) => new("The copy engine cannot read " + what.ToString(CultureInfo.InvariantCulture) + ".");
}
