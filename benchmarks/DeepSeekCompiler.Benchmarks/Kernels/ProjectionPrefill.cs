namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Dense projections for a chunk.</summary>
public class ProjectionPrefill : PrefillSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() =>
    [
        new("DeepSeekV2Lite", "LatentDownPrefill", 512),
        new("DeepSeekV2Lite", "AttentionOutPrefill", 128),
        new("DeepSeekV2Lite", "AttentionOutPrefill", 512),
        new("DeepSeekV3", "QueryUpPrefill", 512),
        new("DeepSeekV3", "AttentionOutPrefill", 512),
        new("KimiK2", "AttentionOutPrefill", 512),
    ];
}
