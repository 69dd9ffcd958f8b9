using DeepSeekCompiler.Runtime.Training;

namespace DeepSeekCompiler.Training.Balance;

/// <summary>Balancing without an auxiliary loss (DeepSeek-V3 report, section 2.1.2): after each step the correction bias of an expert with less than the
/// mean load rises by a fixed rate, that of one with more falls.</summary>
public static unsafe class ExpertBalancer
{
    // An expert is dead that gets less than a hundredth of the mean.
    private const double DeadShare = 0.01;

    /// <summary>Moves the biases of a router by its loads; those at the mean stay.</summary>
    /// <param name="layer">A router; one without a bias is left alone.</param>
    /// <param name="rate">gamma of the report.</param>
    public static void Move(ExpertLayer layer, float rate)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (layer.Bias != null) Move(layer.Load, new Span<float>(layer.Bias, layer.Load.Length), rate);
    }

    /// <summary>bias += rate * sign(mean load - load).</summary>
    public static void Move(ReadOnlySpan<long> load, Span<float> bias, float rate)
    {
        if (load.Length != bias.Length) throw new ArgumentException($"{load.Length} loads do not go with {bias.Length} biases.");
        long total = 0;
        foreach (long one in load) total += one;

        // Whole numbers: an expert exactly at the mean is seen as such.
        for (int i = 0; i < load.Length; i++) bias[i] += rate * Math.Sign(total - (load[i] * load.Length));
    }

    /// <summary>MaxVio of a router: the largest load over the mean, less 1; 0 without any load.</summary>
    public static double MaxViolation(ReadOnlySpan<long> load)
    {
        long total = 0, most = 0;
        foreach (long one in load) (total, most) = (total + one, Math.Max(most, one));
        return total == 0 ? 0 : (most * (double)load.Length / total) - 1;
    }

    /// <summary>Entropy of the loads over its largest value: 1 for even loads, 0 when one expert gets everything.</summary>
    public static double LoadEntropy(ReadOnlySpan<long> load)
    {
        double total = 0, sum = 0;
        foreach (long one in load) total += one;
        foreach (long one in load) sum -= one == 0 ? 0 : one / total * Math.Log(one / total);
        return load.Length < 2 || total == 0 ? 1 : sum / Math.Log(load.Length);
    }

    /// <summary>Experts that hardly any token goes to: those with less than a hundredth of the mean load; 0 without any load.</summary>
    public static int DeadExperts(ReadOnlySpan<long> load)
    {
        long total = 0;
        foreach (long one in load) total += one;
        int dead = 0;
        foreach (long one in load) dead += total > 0 && one * load.Length < DeadShare * total ? 1 : 0;
        return dead;
    }
}
