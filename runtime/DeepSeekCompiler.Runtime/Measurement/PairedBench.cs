namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>Two builds of a model beside each other, run in turns.</summary>
/// <param name="First">Seconds of the first.</param>
/// <param name="Second">Seconds of the second.</param>
/// <param name="Gain">First over second, pair by pair.</param>
public sealed record PairedBench(Spread First, Spread Second, Spread Gain)
{
    /// <summary>Prompts.</summary>
    /// <param name="first">One build.</param>
    /// <param name="second">The other.</param>
    /// <param name="count">Tokens.</param>
    /// <param name="pairs">How often.</param>
    public static PairedBench Prefill(ModelBench first, ModelBench second, int count, int pairs)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Measure(() => first.PrefillOnce(count), () => second.PrefillOnce(count), pairs);
    }

    /// <summary>Single steps behind a context, seconds a token.</summary>
    /// <param name="first">One build.</param>
    /// <param name="second">The other.</param>
    /// <param name="context">Tokens in front.</param>
    /// <param name="count">Steps.</param>
    /// <param name="pairs">How often.</param>
    public static PairedBench Decode(ModelBench first, ModelBench second, int context, int count, int pairs)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Measure(() => first.DecodeOnce(context, count) / count, () => second.DecodeOnce(context, count) / count, pairs);
    }

    private static PairedBench Measure(Func<double> first, Func<double> second, int pairs)
    {
        first();
        second();
        double[] a = new double[pairs], b = new double[pairs], gain = new double[pairs];
        for (int i = 0; i < pairs; i++)
        {
            // Who comes first changes, so that neither always runs behind the other's heat.
            if (i % 2 == 0) (a[i], b[i]) = (first(), second());
            else (b[i], a[i]) = (second(), first());
            gain[i] = a[i] / b[i];
        }

        return new(Spread.Of(a), Spread.Of(b), Spread.Of(gain));
    }
}
