using DeepSeekCompiler.Kernels.Primitives;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

/// <summary>Every code and many numbers, at every width, against plain scalar code written here or in the framework.</summary>
public class PrimitivesTests
{
    private static readonly float[] _finiteE4M3 = [.. Enumerable.Range(0, 128).Where(code => code != 0x7F).Select(E4M3)];

    public static TheoryData<LaneSet> Widths => [new LaneSet512(), new LaneSet256(), new LaneSet128()];

    [Fact]
    public void ScalarDecoders_AreExactForEveryFiniteCode()
    {
        for (var code = 0; code <= 0xFFFF; code++)
        {
            AssertBits(BitConverter.Int32BitsToSingle(code << 16), Scalars.BF16((ushort)code), code);
            var half = BitConverter.UInt16BitsToHalf((ushort)code);
            if (Half.IsFinite(half))
            {
                AssertBits((float)half, Scalars.F16((ushort)code), code);
            }
        }

        for (var code = 0; code <= 0xFF; code++)
        {
            if ((code & 0x7F) != 0x7F)
            {
                AssertBits(E4M3(code), Scalars.E4M3((byte)code) * Scalars.E4M3Factor, code);
            }
        }
    }

    [Fact]
    public void E4M3Factor_IsTwoToThe120() => Assert.Equal(Scalars.E4M3Factor, MathF.ScaleB(1, 120));

    [Theory]
    [MemberData(nameof(Widths))]
    public void SixteenBitCodes_DecodeAsScalarsDo(LaneSet lanes)
    {
        var codes = Enumerable.Range(0, 0x10000).Select(code => (ushort)code).ToArray();
        var bf16 = codes.Select(Scalars.BF16).ToArray();
        var f16 = codes.Select(Scalars.F16).ToArray();
        AssertSame(bf16, lanes.LoadBF16(codes));
        AssertSame(f16, lanes.LoadF16(codes));

        // The other half of each word holds something else.
        var low = codes.Select(code => code | (~code << 16)).ToArray();
        var high = codes.Select(code => (code << 16) | (~code & 0xFFFF)).ToArray();
        AssertSame(bf16, lanes.Decode("BF16Low", low));
        AssertSame(bf16, lanes.Decode("BF16High", high));
        AssertSame(f16, lanes.Decode("F16Low", low));
        AssertSame(f16, lanes.Decode("F16High", high));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void E4M3Codes_DecodeAsScalarsDo(LaneSet lanes)
    {
        var codes = Enumerable.Range(0, 0x100).Select(code => (byte)code).ToArray();
        var values = codes.Select(Scalars.E4M3).ToArray();
        AssertSame(values, lanes.LoadE4M3(codes));
        foreach (var others in (int[])[0, -1, 0x5A5A5A5A])
        {
            var words = codes.Select(code => (code << 24) | (others & 0xFFFFFF)).ToArray();
            AssertSame(values, lanes.Decode("E4M3Byte3", words));
        }
    }

    [Fact]
    public void ToBF16_IsTheNearestEvenCode()
    {
        foreach (var value in Numbers())
        {
            var code = Scalars.ToBF16(value);
            if (float.IsNaN(value))
            {
                Assert.True(float.IsNaN(Scalars.BF16(code)));
                continue;
            }

            // Truncation towards zero and its neighbour are the candidates; beyond the largest finite one comes infinity.
            var below = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
            var exact = BitConverter.UInt32BitsToSingle((uint)below << 16) == value;
            var up = (ushort)(below + 1);
            var middle = BitConverter.UInt32BitsToSingle(((uint)below << 16) | 0x8000);
            var expected = exact || Math.Abs(value) < Math.Abs(middle) || (value == middle && below % 2 == 0) ? below : up;
            Assert.True(expected == code, $"{value:R} became {code:x4}, not {expected:x4}");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Stores_RoundAsScalarsDo(LaneSet lanes)
    {
        var values = Numbers();
        var bf16 = lanes.StoreBF16(values);
        var f16 = lanes.StoreF16(values);
        float[] around = [.. values, .. AroundE4M3Ties()];
        around = [.. around, .. new float[(16 - (around.Length % 16)) % 16]];
        var e4m3 = lanes.StoreE4M3(around);
        for (var i = 0; i < around.Length; i++)
        {
            Assert.True(Scalars.ToE4M3(around[i]) == e4m3[i], $"{around[i]:R} as E4M3");
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (float.IsNaN(values[i]))
            {
                Assert.True(float.IsNaN(Scalars.BF16(bf16[i])));
                Assert.True(Half.IsNaN(BitConverter.UInt16BitsToHalf(f16[i])));
                continue;
            }

            Assert.True(Scalars.ToBF16(values[i]) == bf16[i], $"{values[i]:R} as bfloat16");
            Assert.True(Scalars.ToF16(values[i]) == f16[i], $"{values[i]:R} as binary16");
        }
    }

    [Fact]
    public void RoundE4M3_IsTheNearestValue_TiesToEven()
    {
        foreach (var value in Numbers().Concat(AroundE4M3Ties()))
        {
            AssertBits(NearestE4M3(value), Scalars.RoundE4M3(value), value);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void RoundE4M3_RoundsAsScalarsDo(LaneSet lanes)
    {
        var values = Numbers().Concat(AroundE4M3Ties()).ToArray();
        values = values[..(values.Length / 16 * 16)];
        AssertSame([.. values.Select(Scalars.RoundE4M3)], lanes.RoundE4M3(values));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Exp_IsWithinTwoUnitsOfTheLastPlace(LaneSet lanes)
    {
        float[] special = [float.NegativeInfinity, -200f, -104f, 0f, -0f, 89f, float.PositiveInfinity, float.NaN];
        var values = special.Concat(special).Concat(Enumerable.Range(0, 19_200).Select(i => -103.9f + i * 0.010031f)).ToArray();
        var actual = lanes.Exp(values);
        Assert.Equal([0, 0, 0, 1, 1, float.PositiveInfinity, float.PositiveInfinity, float.NaN], actual[..8]);
        for (var i = 16; i < values.Length; i++)
        {
            var exact = Math.Exp(values[i]);
            if ((float)exact > float.MaxValue)
            {
                Assert.Equal(float.PositiveInfinity, actual[i]);
                continue;
            }

            var limit = 2.0 * (MathF.BitIncrement((float)exact) - (float)exact);
            Assert.True(Math.Abs(actual[i] - exact) <= limit, $"exp({values[i]:R}) = {actual[i]:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Max_FindsTheLargestLaneWhereverItIs(LaneSet lanes)
    {
        for (var lane = 0; lane < lanes.Lanes; lane++)
        {
            var values = Enumerable.Range(0, lanes.Lanes).Select(i => i == lane ? -1.5f : i % 2 == 0 ? float.NegativeInfinity : -2f - i).ToArray();
            Assert.Equal(-1.5f, lanes.Max(values));
        }
    }

    /// <summary>An E4M3 code by the definition of the format.</summary>
    private static float E4M3(int code)
    {
        var exponent = (code >> 3) & 15;
        var fraction = code & 7;
        var magnitude = exponent == 0 ? fraction / 8.0 * Math.Pow(2, -6) : (1 + fraction / 8.0) * Math.Pow(2, exponent - 7);
        return (float)((code & 0x80) != 0 ? -magnitude : magnitude);
    }

    private static float NearestE4M3(float value)
    {
        if (float.IsNaN(value))
        {
            return value;
        }

        var magnitude = Math.Abs((double)value);
        var best = 0;
        for (var code = 1; code < _finiteE4M3.Length; code++)
        {
            var difference = Math.Abs(_finiteE4M3[code] - magnitude) - Math.Abs(_finiteE4M3[best] - magnitude);
            if (difference < 0 || (difference == 0 && code % 2 == 0))
            {
                best = code;
            }
        }

        best = double.IsInfinity(magnitude) ? _finiteE4M3.Length - 1 : best;
        return float.CopySign(_finiteE4M3[best], value);
    }

    /// <summary>Every upper half of a float with some lower halves, so that every exponent meets every kind of rounding.</summary>
    private static float[] Numbers()
    {
        var lower = new uint[] { 0, 1, 0x0FFF, 0x1000, 0x1001, 0x7FFF, 0x8000, 0x8001, 0xFFFF };
        var random = new Random(7);
        var values = new List<float>();
        for (uint upper = 0; upper <= 0xFFFF; upper += upper % 7 == 3 ? 2u : 1u)
        {
            values.Add(BitConverter.UInt32BitsToSingle((upper << 16) | lower[random.Next(lower.Length)]));
            values.Add(BitConverter.UInt32BitsToSingle((upper << 16) | lower[random.Next(lower.Length)]));
        }

        // The whole binary16 range with ties, subnormal codes included.
        for (var code = 0; code <= 0x7BFF; code++)
        {
            var value = (float)BitConverter.UInt16BitsToHalf((ushort)code);
            var next = code == 0x7BFF ? 65536f : (float)BitConverter.UInt16BitsToHalf((ushort)(code + 1));
            var tie = (value + next) / 2;
            values.AddRange([value, tie, float.BitDecrement(tie), -float.BitIncrement(tie)]);
        }

        while (values.Count % 16 != 0)
        {
            values.Add(float.NaN);
        }

        return [.. values];
    }

    private static IEnumerable<float> AroundE4M3Ties()
    {
        for (var code = 0; code + 1 < _finiteE4M3.Length; code++)
        {
            var tie = (_finiteE4M3[code] + _finiteE4M3[code + 1]) / 2;
            yield return tie;
            yield return float.BitDecrement(tie);
            yield return -float.BitIncrement(tie);
            yield return -_finiteE4M3[code];
        }
    }

    private static void AssertSame(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            AssertBits(expected[i], actual[i], i);
        }
    }

    private static void AssertBits(float expected, float actual, object what)
    {
        if (BitConverter.SingleToInt32Bits(expected) != BitConverter.SingleToInt32Bits(actual) && !(float.IsNaN(expected) && float.IsNaN(actual)))
        {
            Assert.Fail($"{what}: expected {expected:R}, got {actual:R}");
        }
    }
}
