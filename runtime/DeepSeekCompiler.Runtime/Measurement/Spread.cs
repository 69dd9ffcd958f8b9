namespace DeepSeekCompiler.Runtime.Measurement;

/// <summary>Median, least and most of repeated measurements.</summary>
public readonly record struct Spread(double Median, double Min, double Max)
{
    /// <param name="values">At least one, in any order; of an even number the median lies between the middle two.</param>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return new(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, sorted[0], sorted[^1]);
    }
}
