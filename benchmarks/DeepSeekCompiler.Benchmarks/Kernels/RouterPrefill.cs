namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Scores, choice and dispatch of a chunk.</summary>
public class RouterPrefill : PrefillSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() =>
    [
        new("DeepSeekV3", "RouterScoresPrefill", 512),
        new("DeepSeekV3", "RouterSelect", 512),
        new("DeepSeekV3", "Dispatch", 512),
    ];
}
