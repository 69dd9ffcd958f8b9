namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>Median, least and most of repeated measurements.</summary>
public readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(double[] values)
    {
        Array.Sort(values);
        int middle = values.Length / 2;
        return new(values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2, values[0], values[^1]);
    }
}
