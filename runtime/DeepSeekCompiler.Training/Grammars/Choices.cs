namespace DeepSeekCompiler.Training.Grammars;

/// <summary>Probabilities of a choice.</summary>
internal static class Choices
{
    public static int Total(ReadOnlySpan<int> weights)
    {
        int total = 0;
        foreach (int weight in weights) total = checked(total + (weight >= 0 ? weight : throw new ArgumentException($"A choice has the weight {weight}; weights are 0 or more.")));
        return total > 0 ? total : throw new ArgumentException("All weights of a choice are 0; one must be more.");
    }

    /// <summary>-ln P of an alternative; weights is empty for equal ones.</summary>
    public static double Nats(int count, ReadOnlySpan<int> weights, int taken) =>
        weights.IsEmpty ? Math.Log(count) : Math.Log(Total(weights) / (double)weights[taken]);
}
