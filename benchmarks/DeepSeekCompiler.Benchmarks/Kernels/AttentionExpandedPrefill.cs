namespace DeepSeekCompiler.Benchmarks.Kernels;

/// <summary>Expanded attention of a chunk, by context.</summary>
public class AttentionExpandedPrefill : PrefillSuite
{
    /// <summary>Kernels and sizes.</summary>
    public static IEnumerable<KernelCase> Cases() =>
    [
        new("DeepSeekV2Lite", "AttentionPrefill", 512, 512),
        new("DeepSeekV2Lite", "AttentionPrefill", 512, 4096),
        new("DeepSeekV3", "AttentionPrefill", 512, 512),
    ];
}
