using DeepSeekCompiler.Kernels.Formats;

namespace DeepSeekCompiler.Runtime.Tests.Formats;

public class CodecTests
{
    [Fact]
    public void E4M3_RoundsToTheNearestCode_TiesToEven() => CheckNeighbours(E4M3.Encode, E4M3.Decode, 0x7E);

    [Fact]
    public void E5M2_RoundsToTheNearestCode_TiesToEven() => CheckNeighbours(E5M2.Encode, E5M2.Decode, 0x7B);

    [Fact]
    public void F16_RoundTripsAllFiniteCodes()
    {
        for (var code = 0; code < 0x10000; code++)
        {
            if ((code & 0x7C00) != 0x7C00)
            {
                Assert.Equal(code, F16.Encode(F16.Decode((ushort)code)));
            }
        }

        Assert.Equal(5.9604645e-8f, F16.Decode(1));
        Assert.Equal(float.NegativeInfinity, F16.Decode(0xFC00));
    }

    [Fact]
    public void BF16_RoundTripsAllCodesThatAreNumbers()
    {
        for (var code = 0; code < 0x10000; code++)
        {
            if ((code & 0x7FFF) <= 0x7F80)
            {
                Assert.Equal(code, BF16.Encode(BF16.Decode((ushort)code)));
            }
        }
    }

    [Theory]
    [InlineData(float.NaN, 0x7F, 0x7E)]
    [InlineData(float.PositiveInfinity, 0x7E, 0x7C)]
    [InlineData(float.NegativeInfinity, 0xFE, 0xFC)]
    [InlineData(1e30f, 0x7E, 0x7B)]
    [InlineData(-1e30f, 0xFE, 0xFB)]
    [InlineData(-0f, 0x80, 0x80)]
    [InlineData(-1e-30f, 0x80, 0x80)]
    public void SpecialValues_AreEncodedAsDocumented(float value, byte e4m3, byte e5m2)
    {
        // The sign of NaN is the platform's business.
        var mask = float.IsNaN(value) ? 0x7F : 0xFF;

        Assert.Equal(e4m3, E4M3.Encode(value) & mask);
        Assert.Equal(e5m2, E5M2.Encode(value) & mask);
    }

    [Fact]
    public void NaN_StaysNaN_InEveryFormat()
    {
        Assert.True(float.IsNaN(E4M3.Decode(E4M3.Encode(float.NaN))));
        Assert.True(float.IsNaN(E5M2.Decode(E5M2.Encode(float.NaN))));
        Assert.True(float.IsNaN(BF16.Decode(BF16.Encode(float.NaN))));
        Assert.True(float.IsNaN(F16.Decode(F16.Encode(float.NaN))));
    }

    [Fact]
    public void BlockOfZeros_HasTheScaleOne()
    {
        var codes = new byte[3];
        var scales = new float[1];

        BlockQuantizer.Quantize([0f, -0f, 0f], 1, 3, codes, scales);

        Assert.Equal([1f], scales);
        Assert.Equal<byte>([0, 0x80, 0], codes);
    }

    [Fact]
    public void WrongScaleCount_IsAnArgumentError()
    {
        var error = Assert.Throws<ArgumentException>(() => BlockQuantizer.Quantize(new float[129], 129, 1, new byte[129], new float[1]));

        Assert.Contains("2 scales", error.Message);
    }

    // Every code, the middle between it and the next, and the floats on both sides of the middle.
    private static void CheckNeighbours(Func<float, byte> encode, Func<byte, float> decode, byte largest)
    {
        for (byte code = 0; code < largest; code++)
        {
            var (low, high) = (decode(code), decode((byte)(code + 1)));
            var middle = (low + high) / 2;
            var even = (byte)((code & 1) == 0 ? code : code + 1);

            Assert.True(low < high);
            Assert.Equal(code, encode(low));
            Assert.Equal(even, encode(middle));
            Assert.Equal(code, encode(MathF.BitDecrement(middle)));
            Assert.Equal(code + 1, encode(MathF.BitIncrement(middle)));
            Assert.Equal(even | 0x80, encode(-middle));
        }

        Assert.Equal(largest, encode(decode(largest)));
    }
}
