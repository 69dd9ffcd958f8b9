using System.Runtime.InteropServices;
using DeepSeekCompiler.Peers.Contenders;

namespace DeepSeekCompiler.Peers.Measurement;

/// <summary>How far a contender's logits are from the reference's: median over rows of the root mean square of the difference over that of the reference.</summary>
/// <param name="Prefill">Over the last rows of prompts.</param>
/// <param name="Decode">Over the rows of single steps.</param>
internal sealed record LogitError(double Prefill, double Decode)
{
    /// <summary>Single steps behind each prompt.</summary>
    public const int Steps = 8;

    /// <summary>Prompts of several lengths, none of them a round number for anybody's blocks.</summary>
    public static readonly int[] Prompts = [19, 37, 53, 71];

    /// <summary>Whether both are small enough. Comparisons with NaN are false.</summary>
    public bool Within(double tolerance) => Prefill <= tolerance && Decode <= tolerance;

    public override string ToString() => FormattableString.Invariant($"{100 * Prefill:F2} % (prompts) and {100 * Decode:F2} % (steps)");

    /// <summary>The request that writes the rows.</summary>
    public static Request Request(string file) => new(Verb.Logits) { Prompts = Prompts, Steps = Steps, File = file };

    /// <summary>Compares the rows of two files.</summary>
    /// <exception cref="PeerException">They are not of one size.</exception>
    public static LogitError Compare(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> rows)
    {
        var expected = MemoryMarshal.Cast<byte, float>(reference);
        var actual = MemoryMarshal.Cast<byte, float>(rows);
        int count = Prompts.Length * (1 + Steps), width = expected.Length / count;
        if (expected.Length != actual.Length || width * count != expected.Length)
            throw new PeerException($"It gives {actual.Length} logits where the reference gives {expected.Length}.");
        List<double> prefill = [], decode = [];
        for (int row = 0; row < count; row++)
            (row % (1 + Steps) == 0 ? prefill : decode).Add(Error(expected.Slice(row * width, width), actual.Slice(row * width, width)));
        return new(Median(prefill), Median(decode));
    }

    private static double Error(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow(expected[i] - (double)actual[i], 2);
            size += Math.Pow(expected[i], 2);
        }

        return Math.Sqrt(difference / size);
    }

    // One NaN makes the whole comparison NaN.
    private static double Median(List<double> errors) => errors.Any(double.IsNaN) ? double.NaN : Runtime.Measurement.Spread.Of([.. errors]).Median;
}
