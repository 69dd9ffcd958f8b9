using System.Runtime.Intrinsics;
using DeepSeekCompiler.Kernels.Primitives;

namespace DeepSeekCompiler.Runtime.Tests.Execution;

public sealed unsafe class LanesEveryTests
{
    private static readonly float[] _numbers = [.. Enumerable.Range(0, 64).Select(i => i * 1.25f)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Every2_PicksNumbersTwoApart(int first)
    {
        fixed (float* p = _numbers)
        {
            for (var i = 0; i < 16; i++)
            {
                var expected = _numbers[first + (2 * i)];
                Assert.Equal(expected, Lanes.Every2_512(p, first)[i]);
                Assert.Equal(BitConverter.SingleToInt32Bits(expected), Lanes.Every2_512((int*)p, first)[i]);
                Assert.Equal(expected, Lanes.Every2_256(p, first)[i % 8] + (i < 8 ? 0 : 16 * 1.25f));
                Assert.Equal(expected, Lanes.Every2_128(p, first)[i % 4] + (i / 4 * 8 * 1.25f));
            }

            Assert.Equal(Lanes.Every2_256(p, first).AsInt32(), Lanes.Every2_256((int*)p, first));
            Assert.Equal(Lanes.Every2_128(p, first).AsInt32(), Lanes.Every2_128((int*)p, first));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every4_PicksNumbersFourApart(int first)
    {
        fixed (float* p = _numbers)
        {
            for (var i = 0; i < 16; i++)
            {
                Assert.Equal(_numbers[first + (4 * i)], Lanes.Every4_512(p, first)[i]);
                Assert.Equal(_numbers[first + (4 * (i % 8))], Lanes.Every4_256(p, first)[i % 8]);
                Assert.Equal(_numbers[first + (4 * (i % 4))], Lanes.Every4_128(p, first)[i % 4]);
            }
        }
    }

    [Fact]
    public void Sum_AddsEveryLane()
    {
        Assert.Equal(16 * 15 / 2 * 1.25f, Lanes.Sum(Vector512.Create(_numbers)));
        Assert.Equal(8 * 7 / 2 * 1.25f, Lanes.Sum(Vector256.Create(_numbers)));
        Assert.Equal(4 * 3 / 2 * 1.25f, Lanes.Sum(Vector128.Create(_numbers)));
    }

    [Fact]
    public void SumsOfFour_HaveTheBitsOfEachAlone()
    {
        var random = new Random(7);
        float[] numbers = [.. Enumerable.Range(0, 64).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-12, 12))))];
        Vector512<float> A(int i) => Vector512.Create(numbers, 16 * i);
        Vector256<float> B(int i) => Vector256.Create(numbers, 8 * i);
        Vector128<float> C(int i) => Vector128.Create(numbers, 4 * i);
        Assert.Equal(Vector128.Create(Lanes.Sum(A(0)), Lanes.Sum(A(1)), Lanes.Sum(A(2)), Lanes.Sum(A(3))), Lanes.Sums(A(0), A(1), A(2), A(3)));
        Assert.Equal(Vector128.Create(Lanes.Sum(B(0)), Lanes.Sum(B(1)), Lanes.Sum(B(2)), Lanes.Sum(B(3))), Lanes.Sums(B(0), B(1), B(2), B(3)));
        Assert.Equal(Vector128.Create(Lanes.Sum(C(0)), Lanes.Sum(C(1)), Lanes.Sum(C(2)), Lanes.Sum(C(3))), Lanes.Sums(C(0), C(1), C(2), C(3)));
    }
}
