using System.Runtime.InteropServices;
using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Peers.Gguf;

/// <summary>Sizes and encodings of the element types.</summary>
internal static class GgufTypes
{
    /// <summary>Numbers that are stored together; a row is a whole number of blocks.</summary>
    public static int BlockOf(GgufType type) => type == GgufType.Q8_0 ? Q8Block.Numbers : 1;

    /// <summary>Bytes of a row.</summary>
    public static long RowBytes(GgufType type, long columns) => type switch
    {
        GgufType.F32 => 4 * columns,
        GgufType.BF16 => 2 * columns,
        _ => columns / Q8Block.Numbers * Q8Block.Bytes,
    };

    /// <summary>Writes a row.</summary>
    public static void Encode(GgufType type, ReadOnlySpan<float> row, Span<byte> bytes)
    {
        if (type == GgufType.F32)
        {
            MemoryMarshal.AsBytes(row).CopyTo(bytes);
        }
        else if (type == GgufType.BF16)
        {
            var codes = MemoryMarshal.Cast<byte, ushort>(bytes);
            for (int i = 0; i < row.Length; i++) codes[i] = BF16.Encode(row[i]);
        }
        else
        {
            for (int block = 0; block < row.Length / Q8Block.Numbers; block++)
                Q8Block.Encode(row.Slice(block * Q8Block.Numbers, Q8Block.Numbers), bytes.Slice(block * Q8Block.Bytes, Q8Block.Bytes));
        }
    }
}
