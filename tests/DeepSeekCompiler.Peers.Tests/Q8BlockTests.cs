using DeepSeekCompiler.Peers.Gguf;

namespace DeepSeekCompiler.Peers.Tests;

/// <summary>The quantiser bit for bit against the published formula, written out once more.</summary>
public sealed class Q8BlockTests
{
    [Fact]
    public void Random_blocks_of_all_magnitudes_are_those_of_the_formula()
    {
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            // From below binary16's smallest scale to near its largest.
            double magnitude = Math.Pow(2, (random.NextDouble() * 44) - 26);
            float[] numbers = [.. Enumerable.Range(0, 32).Select(_ => (float)(magnitude * ((2 * random.NextDouble()) - 1)))];
            Assert.Equal(Expected(numbers), Encode(numbers));
        }
    }

    [Fact]
    public void Halves_go_away_from_zero()
    {
        // The largest magnitude is 127, so the scale is 1: 3C00 in binary16.
        float[] numbers = new float[32];
        (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]) = (-127, 0.5f, -0.5f, 1.5f, 2.5f, 0.49f);
        byte[] block = Encode(numbers);
        Assert.Equal([0x00, 0x3C, 0x81, 1, 0xFF, 2, 3, 0], block[..8]);
        Assert.All(block[8..], b => Assert.Equal(0, b));
    }

    [Fact]
    public void Zeros_have_no_scale() => Assert.Equal(new byte[34], Encode(new float[32]));

    /// <summary>d = max|x| / 127; q = x * (1 / d), rounded to whole numbers, halves away from zero; d is stored in binary16.</summary>
    internal static byte[] Expected(float[] numbers)
    {
        float d = numbers.Max(Math.Abs) / 127f;
        float inverse = d == 0 ? 0 : 1f / d;
        return [.. BitConverter.GetBytes((Half)d), .. numbers.Select(x => (byte)(sbyte)(Math.Sign(x) * (int)Math.Floor(Math.Abs((double)(x * inverse)) + 0.5)))];
    }

    private static byte[] Encode(float[] numbers)
    {
        byte[] block = new byte[34];
        Q8Block.Encode(numbers, block);
        return block;
    }
}
