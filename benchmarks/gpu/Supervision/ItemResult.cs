namespace DeepSeekCompiler.GpuBenchmark.Supervision;

/// <summary>What became of one check or measurement.</summary>
/// <param name="Stage">Its stage.</param>
/// <param name="Item">Its name.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Failure">Why it failed or did not run, in a sentence; null for a success.</param>
/// <param name="Figures">What was measured, by name with its unit.</param>
/// <param name="Trace">Where in the code it failed, for those who mend it.</param>
internal sealed record ItemResult(string Stage, string Item, double Seconds, string? Failure, IReadOnlyDictionary<string, double> Figures, string? Trace = null);
