using DeepSeekCompiler.Training.Balance;

namespace DeepSeekCompiler.Training.Loop;

/// <summary>Losses on held-out rows.</summary>
/// <param name="Step">After which step.</param>
/// <param name="Loss">Mean cross entropy of the next token, nats.</param>
/// <param name="Tokens">Tokens it is the mean of.</param>
/// <param name="MtpLoss">Mean cross entropy of the token after the next; 0 without an MTP module.</param>
/// <param name="MtpTokens">Tokens it is the mean of.</param>
/// <param name="Loads">How many (token, choice) pairs every expert got, layer by layer.</param>
public sealed record EvaluationReport(int Step, double Loss, long Tokens, double MtpLoss, long MtpTokens, IReadOnlyList<long[]> Loads)
{
    /// <summary>MaxVio over all of these tokens, layer by layer: what is left of it when the chance of single batches is taken away.</summary>
    public IReadOnlyList<double> MaxViolations => [.. Loads.Select(l => ExpertBalancer.MaxViolation(l))];

    /// <summary>Mean over layers; 0 without experts.</summary>
    public double MaxViolation => MaxViolations.DefaultIfEmpty().Average();

    /// <summary>Entropy of the loads over its largest value, of the worst layer; 1 without experts.</summary>
    public double LoadEntropy => Loads.Select(l => ExpertBalancer.LoadEntropy(l)).DefaultIfEmpty(1).Min();

    /// <summary>Experts of all layers that hardly any token goes to.</summary>
    public int DeadExperts => Loads.Sum(l => ExpertBalancer.DeadExperts(l));
}
