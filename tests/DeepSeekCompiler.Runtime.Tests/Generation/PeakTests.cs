using DeepSeekCompiler.Runtime.Generation;

namespace DeepSeekCompiler.Runtime.Tests.Generation;

public class PeakTests
{
    [Fact]
    public void LargestAndMargin_AreThoseOfASort()
    {
        var random = new Random(1);
        for (int length = 1; length < 70; length++)
        {
            // Few different values, so that there are ties; halves, so that differences are exact.
            float[] values = [.. Enumerable.Range(0, length).Select(_ => random.Next(-length, length) / 2f)];
            float[] sorted = [.. values.OrderDescending()];
            var peak = Peak.Of(values);
            Assert.Equal(Array.IndexOf(values, sorted[0]), peak.Token);
            Assert.Equal(length == 1 ? float.PositiveInfinity : sorted[0] - sorted[1], peak.Margin);
        }
    }

    [Fact]
    public void NothingButEquals_IsTheFirst()
    {
        foreach (float value in new[] { 0, 1, float.NegativeInfinity, float.NaN }) Assert.Equal(0, Peak.Of(Enumerable.Repeat(value, 40).ToArray()).Token);
    }
}
