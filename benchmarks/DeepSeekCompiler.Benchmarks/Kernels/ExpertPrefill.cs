namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Experts over the tokens of a chunk that chose them.</summary>
public class ExpertPrefill : PrefillSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() =>
    [
        new("DeepSeekV2Lite", "ExpertGateUpPrefill", 128),
        new("DeepSeekV2Lite", "ExpertGateUpPrefill", 512),
        new("DeepSeekV2Lite", "ExpertDown", 512),
        new("DeepSeekV3", "ExpertGateUpPrefill", 512),
    ];
}
