using DeepSeekCompiler.Kernels.Formats;
using DeepSeekCompiler.Runtime.Checkpoints;
using DeepSeekCompiler.Tests;

namespace DeepSeekCompiler.Runtime.Tests.Formats;

public sealed class GoldenVectorTests : IDisposable
{
    private readonly SafetensorsFile _golden = SafetensorsFile.Open(GoldenFiles.Path("fp8-vectors", "e4m3_vectors.safetensors"));

    public void Dispose() => _golden.Dispose();

    [Fact]
    public void E4M3Decode_IsExactForAllCodes()
    {
        var expected = _golden["decode"].AsSpan<float>();

        Assert.Equal(256, expected.Length);
        for (var code = 0; code < 256; code++)
        {
            Assert.Equal(Bits(expected[code]), Bits(E4M3.Decode((byte)code)));
        }
    }

    [Fact]
    public void E4M3Encode_IsExact()
    {
        var input = _golden["encode.input"].AsSpan<float>();
        var codes = _golden["encode.codes"].AsSpan<byte>();
        for (var i = 0; i < input.Length; i++)
        {
            Assert.Equal((i, codes[i]), (i, E4M3.Encode(input[i])));
        }
    }

    [Fact]
    public void BlockQuantizer_IsExact_WithRaggedBlocks()
    {
        var codes = new byte[150 * 140];
        var scales = new float[4];

        BlockQuantizer.Quantize(_golden["block.weight"].AsSpan<float>(), 150, 140, codes, scales);

        Assert.Equal(_golden["block.scale_inv"].AsSpan<float>(), scales);
        Assert.Equal(_golden["block.codes"].AsSpan<byte>(), codes);
    }

    [Fact]
    public void RowQuantizer_IsExact_WithAShorterLastGroup()
    {
        var input = _golden["rows.input"].AsSpan<float>();
        for (var row = 0; row < 5; row++)
        {
            var codes = new byte[140];
            var scales = new float[2];

            RowQuantizer.Quantize(input.Slice(row * 140, 140), codes, scales);

            Assert.Equal(_golden["rows.scale"].AsSpan<float>().Slice(row * 2, 2), scales);
            Assert.Equal(_golden["rows.codes"].AsSpan<byte>().Slice(row * 140, 140), codes);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LinearLayer_OfDequantisedValues_IsTheGoldenOne(bool full)
    {
        var weights = new float[150 * 140];
        BlockQuantizer.Dequantize(_golden["block.codes"].AsSpan<byte>(), _golden["block.scale_inv"].AsSpan<float>(), 150, 140, weights);
        double[] input = [.. _golden["rows.input"].AsSpan<float>().ToArray()];
        if (full)
        {
            var codes = _golden["rows.codes"].AsSpan<byte>();
            var scales = _golden["rows.scale"].AsSpan<float>();
            for (var i = 0; i < input.Length; i++)
            {
                // Unlike that of a weight, this product is not rounded to float32.
                input[i] = (double)E4M3.Decode(codes[i]) * scales[i / 140 * 2 + i % 140 / 128];
            }
        }

        var expected = _golden[full ? "linear.full" : "linear.weight_only"].AsSpan<double>();
        for (var i = 0; i < expected.Length; i++)
        {
            var sum = 0.0;
            for (var k = 0; k < 140; k++)
            {
                sum += input[i / 150 * 140 + k] * weights[i % 150 * 140 + k];
            }

            Assert.Equal(expected[i], sum, 1e-9 * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    [Fact]
    public void BF16Encode_IsExact()
    {
        var input = _golden["bf16.input"].AsSpan<float>();
        var bits = _golden["bf16.bits"].AsSpan<ushort>();
        for (var i = 0; i < input.Length; i++)
        {
            Assert.Equal((i, bits[i]), (i, BF16.Encode(input[i])));
        }
    }

    private static uint Bits(float value) => float.IsNaN(value) ? 0x7FC00000 : BitConverter.SingleToUInt32Bits(value);
}
