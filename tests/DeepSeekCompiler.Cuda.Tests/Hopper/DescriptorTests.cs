using DeepSeekCompiler.Cuda.Tests.Machine;
using DeepSeekCompiler.Runtime.Gpu.Devices;
using DeepSeekCompiler.Runtime.Gpu.Hopper;
using DeepSeekCompiler.Runtime.Gpu.Primitives;

namespace DeepSeekCompiler.Cuda.Tests.Hopper;

/// <summary>Arithmetic of matrix descriptors, swizzle and maps, all of it.</summary>
public class DescriptorTests
{
    [Fact]
    public void Descriptors_HoldTheirFieldsForEveryAddress()
    {
        for (int address = 0; address < 228 * 1024; address += MatrixDescriptor.AtomBytes)
        {
            ulong descriptor = MatrixDescriptor.Of(address);
            Assert.Equal((ulong)address / 16, descriptor & 0x3FFF);
            Assert.Equal(1UL, descriptor >> 16 & 0x3FFF);
            Assert.Equal(1024UL / 16, descriptor >> 32 & 0x3FFF);
            Assert.Equal(0UL, descriptor >> 49 & 7);
            Assert.Equal(1UL, descriptor >> 62);
            Assert.Equal(0UL, descriptor & ~(0x3FFFUL | 0x3FFFUL << 16 | 0x3FFFUL << 32 | 3UL << 62));
            // Going on along a row of 128 bytes stays within the address field.
            Assert.Equal((ulong)(address + 96) / 16, descriptor + (3 * MatrixDescriptor.Advance) & 0x3FFF);
        }
    }

    /// <summary>The machine's swizzle is the published one: piece c of row r of an atom lies at piece c ^ r, so that eight rows of a column of pieces lie in all banks.</summary>
    [Fact]
    public void Swizzle_PutsPieceOfRowAtPieceXorRow()
    {
        for (int atom = 0; atom < 4; atom++)
        {
            for (int row = 0; row < 8; row++)
            {
                for (int i = 0; i < 128; i++)
                    Assert.Equal((atom * 1024) + (row * 128) + (((i / 16) ^ row) * 16) + (i % 16), CopyEngine.Swizzle((atom * 1024) + (row * 128) + i, Faults.None));
            }
        }
    }

    [Fact]
    public void Maps_AreWhatTheDriverIsAskedFor()
    {
        Assert.Equal(new TileMapPlan(0, 7168, 18432, 7168, 128, 64), TileMapPlan.Of(0x7000_0000_1000, 1, 7168, 18432, 7168, 64));
        Assert.Equal(new TileMapPlan(9, 136, 5, 544, 64, 128), TileMapPlan.Of(272, 2, 136, 5, 272, 128));
    }

    [Theory]
    [InlineData(8, 1, 128, 4, 128, 64, "address 8")]
    [InlineData(16, 4, 128, 4, 128, 64, "4 bytes")]
    [InlineData(16, 1, 130, 4, 130, 64, "130 bytes apart")]
    [InlineData(16, 2, 128, 0, 128, 64, "0 rows")]
    [InlineData(16, 2, 128, 4, 64, 64, "64 apart")]
    [InlineData(16, 2, 128, 4, 128, 12, "boxes of 12 rows")]
    [InlineData(16, 2, 128, 4, 128, 264, "boxes of 264 rows")]
    public void Maps_ThatTheEngineCannotHave_AreRefusedInASentence(long address, int bytes, long columns, long rows, long pitch, int box, string reason)
    {
        string message = Assert.Throws<DeviceException>(() => TileMapPlan.Of(address, bytes, columns, rows, pitch, box)).Message;
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.StartsWith("The copy engine cannot read ", message, StringComparison.Ordinal);
    }
}
